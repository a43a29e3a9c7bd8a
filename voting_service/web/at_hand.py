"""What every route has at hand in the app: the database, what time it is, and turns at heavy work."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from ..clock import Clock
from ..database import Database
from ..one_at_a_time import OneAtATime


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


def one_at_a_time() -> OneAtATime:
    """Turns at heavy work of which one at a time is enough."""
    found: OneAtATime = current_app.extensions["one_at_a_time"]
    return found
