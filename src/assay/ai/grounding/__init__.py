"""What a claim rests on: whether its evidence says it, and whether people meant it and still do. Pure."""
