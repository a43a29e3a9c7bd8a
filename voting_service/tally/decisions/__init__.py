"""Decisions on ballots: hold, void, restore, with a reason, by two people, never by deletion."""
