"""Judges one attempt to vote and, after the fact, a body of ballots. Knows no Flask and no campaign table."""
