"""Counting, reconciling and exporting what the ledger and the log hold."""
