"""Searching what was recorded: ledger and evidence as the scan's columns, its findings, their export and their end."""
