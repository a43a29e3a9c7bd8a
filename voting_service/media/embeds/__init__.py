"""Fragments of our pages for other sites: a campaign or a candidate in a frame, and the script that sizes it."""
