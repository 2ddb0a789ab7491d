"""What Assay announces, and the bus that carries it."""
