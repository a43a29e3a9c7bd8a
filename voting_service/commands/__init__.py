"""The command line: thin shells around the same verbs that pages and schedules call."""
