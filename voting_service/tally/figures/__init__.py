"""Prepared figures: the ledger counted as it grows, so that no page of the desk ever walks through it."""
