"""Candidates who leave outside of a notice: one official proposes, another confirms."""
