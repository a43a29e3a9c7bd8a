"""Measurements of the service, each a ratio or a rate taken side by side in one run: ``python -m benchmarks``."""
