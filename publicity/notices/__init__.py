"""Notices (公示公告): drafted, published and frozen, extended with a reason, closed with an outcome; each step in the log."""
