"""The voting service: from a campaign folder to a certified tally. docs/architecture.md has the map in flow order."""
