"""Ingest: discover files, read them exactly, apply the contract, quarantine, map to canonical tables."""
