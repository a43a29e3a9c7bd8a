"""The roster: candidates, their profiles, photos and codes."""
