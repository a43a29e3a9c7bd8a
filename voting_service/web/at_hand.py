"""What every route has at hand in the app: the database, and what time it is."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from ..clock import Clock
from ..database import Database


def database() -> Database:
    """The ledger's database."""
    found: Database = current_app.extensions["database"]
    return found


def clock() -> Clock:
    """The service's clock."""
    found: Clock = current_app.extensions["clock"]
    return found


def now() -> datetime:
    """The present moment, by that clock."""
    return clock().now()
