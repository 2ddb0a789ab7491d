"""What a text states: facts, quantities, opposites. Pure: it knows nothing of Assay."""
