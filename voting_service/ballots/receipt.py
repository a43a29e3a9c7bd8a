"""The receipt: what the voter keeps, signed with the log's own key.

The signed text is a note of its own origin (the log's origin and ``/receipt``), so that it can never pass for a
checkpoint. Ed25519 is deterministic: the same ballot gives the same receipt however often it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..clock import rfc3339_ms
from ..transparency.notes import SigningKey
from .ballot_id import tracking_code


def statement(origin: str, ballot_id: str, cast_ms: int, choices: Sequence[int]) -> str:
    """The text that a receipt's signature is over: origin, ballot id, time, choices, a line each."""
    numbers = ",".join(map(str, choices))
    return f"{origin}/receipt\n{ballot_id}\n{rfc3339_ms(cast_ms)}\n{numbers}\n"


@dataclass(frozen=True)
class Receipt:
    """Proof that the box took this ballot at this time with these choices."""

    ballot_id: str
    cast_ms: int
    choices: tuple[int, ...]
    signature: str

    def to_json(self, stage: str = "cast") -> dict[str, Any]:
        """As the API gives it."""
        return {
            "tracking_code": tracking_code(self.ballot_id),
            "ballot_id": self.ballot_id,
            "stage": stage,
            "cast_at": rfc3339_ms(self.cast_ms),
            "choices": list(self.choices),
            "signature": self.signature,
        }


def sign_receipt(key: SigningKey, ballot_id: str, cast_ms: int, choices: Sequence[int]) -> Receipt:
    """The receipt of one cast ballot."""
    signature = key.signature(statement(key.name, ballot_id, cast_ms, choices))
    return Receipt(ballot_id, cast_ms, tuple(choices), signature)
