"""Objections that come by letter, by telephone or in person: what an official types."""

from __future__ import annotations

import secrets
from typing import Any

from tests.objectors import CLUE, NAME, PHONE, STATEMENT

NEW = "/desk/dockets/new"


def letter(**changes: Any) -> dict[str, Any]:
    """A named person's letter without a fault; a change to None leaves a field out."""
    values: dict[str, Any] = {
        "on": "test/1", "submission": secrets.token_urlsafe(16), "came_by": "letter", "received_on": "2026-04-22",
        "postmarked_on": "2026-04-21", "candidate": "2", "ground": "false_material", "statement": STATEMENT,
        "kind": "named", "name": NAME, "phone": PHONE,
    }  # fmt: skip
    return {name: value for name, value in (values | changes).items() if value is not None}


def call(**changes: Any) -> dict[str, Any]:
    """An anonymous call."""
    given = {
        "came_by": "call",
        "postmarked_on": None,
        "kind": "anonymous",
        "name": None,
        "phone": None,
        "clue": CLUE,
    }
    return letter(**(given | changes))
