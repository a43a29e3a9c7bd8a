"""The sample audit after closing: a seed nobody chose, a draw anyone can repeat, an outcome in the log."""
