"""The forms in which the systems of a shop export: one module per group of feeds."""
