"""Docket numbers and passcodes: what an objector keeps, and what is kept of it.

The passcode is made from the form's own random id, so that the same form posted again, after an answer was lost, gives the
same acknowledgement; what is stored is a keyed digest. The key is the campaign's, sealed in the database: it outlives a
change of the service's secret.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import unicodedata
from collections.abc import Iterable
from hashlib import sha256

from voting_service.campaigns.models import Campaign
from voting_service.campaigns.voter_keys import voter_key_place
from voting_service.encryption import Keyring
from voting_service.voter_codes.code_text import LENGTH, SIGNS, completed, grouped, read_code

SUBMISSION = re.compile(r"[A-Za-z0-9_\-]{22,64}")
"""The random id that a form carries: at least 128 bits."""
_LETTERS = 6
_SHAPE = re.compile(rf"GS(20\d\d)([{SIGNS}]{{{_LETTERS}}})")
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LONGEST_TYPED = 60


def new_docket_number(year: int) -> str:
    """``GS-2026-7K3M9Q``: a number that nobody can foresee, of 30 bits; unique by its column."""
    return f"GS-{year}-" + "".join(secrets.choice(SIGNS) for _sign in range(_LETTERS))


def read_docket_number(text: str) -> str | None:
    """A docket number however it was typed; None where it cannot be one."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST_TYPED]).upper()
    signs = "".join(sign for sign in plain if sign.isalnum())
    match = _SHAPE.fullmatch(signs[:2] + signs[2:].translate(_LOOK_ALIKE))
    return f"GS-{match[1]}-{match[2]}" if match else None


def read_passcode(text: str) -> str | None:
    """A passcode however it was typed, without dashes; None where it cannot be one."""
    return read_code(text).code or None


def shown_passcode(passcode: str) -> str:
    """As it is shown: ``7QK2-M3XD-40RB``."""
    return grouped(passcode)


class DocketDigests:
    """The digests of one campaign."""

    def __init__(self, voter_key: bytes) -> None:
        self._key = hmac.digest(voter_key, b"objections", "sha256")

    @classmethod
    def of(cls, campaign: Campaign, keyring: Keyring) -> DocketDigests:
        """Those of a campaign. Raises SealBroken."""
        return cls(keyring.open(campaign.voter_key, voter_key_place(campaign.slug)))

    def submission(self, submission: str) -> bytes:
        """What is kept of a form's id; 32 bytes."""
        return self._digest("submission", submission)

    def new_passcode(self, submission: str) -> str:
        """The passcode that belongs to a form: twelve signs, 55 bits and a check sign."""
        number = int.from_bytes(self._digest("new passcode", submission)) >> (256 - 5 * (LENGTH - 1))
        return completed("".join(SIGNS[number >> 5 * place & 31] for place in range(LENGTH - 1)))

    def passcode(self, docket_number: str, passcode: str) -> bytes:
        """What is kept of a passcode; 32 bytes."""
        return self._digest("passcode", f"{docket_number}|{passcode}")

    def addition(self, docket_number: str, act: str, form: str, text: str, files: Iterable[bytes]) -> bytes:
        """What is kept of a form by which something was added; 32 bytes. It holds what the form said too: the same form sent
        again is one addition, and one that was changed meanwhile is another. ``files``: their bytes."""
        said = json.dumps([docket_number, act, form, text, [sha256(one).hexdigest() for one in files]])
        return self._digest("addition", said)

    def phone(self, number: str) -> bytes:
        """The blind index of a telephone number; 32 bytes."""
        digits = "".join(sign for sign in unicodedata.normalize("NFKC", number) if sign.isdecimal())
        return self._digest("phone", digits[-11:])

    def _digest(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._key, f"{purpose}|{text}".encode(), "sha256")
