"""A campaign: its rules, its phases, its import from a folder."""
