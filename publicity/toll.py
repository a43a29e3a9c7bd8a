"""What an act costs whoever repeats it: counters in Redis and proof of work. In ``objections`` for lodging and coming back."""
