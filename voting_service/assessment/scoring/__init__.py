"""Scoring (评委打分): each judge's own sheet, blind to the others until the round is closed."""
