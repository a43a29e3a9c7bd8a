"""Moves ballots from the box to the ledger and the log, exactly once."""
