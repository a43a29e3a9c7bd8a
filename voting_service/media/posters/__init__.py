"""Posters and table cards: one drawing in millimetres, rendered as a print page, as PDF and as PNG. Public, and at the desk."""
