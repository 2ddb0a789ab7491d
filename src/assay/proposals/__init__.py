"""The heart: proposals and the decisions on them."""
