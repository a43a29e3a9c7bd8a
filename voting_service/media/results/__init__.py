"""What remains of a campaign for everyone: the tally as it was certified, and the shelf of past campaigns."""
