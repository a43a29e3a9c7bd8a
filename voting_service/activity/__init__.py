"""The journal (工作日志) of what people and schedules did: append-only, hash-chained, one entry per act, in the act's own
transaction."""

from .entries import JournalEntry, journal

__all__ = ["JournalEntry", "journal"]
