"""Nights that compare only what changed, and give exactly what a full run with the same model gives.

The records that a change can reach are found first (``changes``), from what the last run kept (``state``): whoever
carries a value that a changed record carries or carried, and the families of those. They alone are standardised,
linked, scored and agglomerated, by the same code as in a full run (``resolve``); the rest is carried over (``carry``).
"""
