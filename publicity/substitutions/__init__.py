"""Substitution (递补): a candidate leaves, the next on the reserve list takes the place, a supplementary notice follows."""
