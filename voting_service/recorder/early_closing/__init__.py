"""Ending the voting before its time: one official proposes, another confirms, the box is sealed."""
