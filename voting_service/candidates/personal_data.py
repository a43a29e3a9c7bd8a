"""Finds what must never stand on a candidate's page: identity-card numbers and mobile numbers of the mainland."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from ..text import Text, _

_ID_CARD = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![\d.])(?:\+?(?:00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
# GB 11643: ISO 7064 MOD 11-2 over the first seventeen digits.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS = "10X98765432"


def personal_data_in(text: str) -> Text | None:
    """What kind of personal data a text holds, never the number itself; None where there is none."""
    if holds_id_card(text):
        return _("含有身份证号码。")
    if _MOBILE.search(unicodedata.normalize("NFKC", text)):
        return _("含有手机号码。")
    return None


def holds_id_card(text: str) -> bool:
    """Whether a text holds the number of an identity card."""
    plain = unicodedata.normalize("NFKC", text)
    return any(_is_id_card(match[0]) for match in _ID_CARD.finditer(plain))


def contact_data_in(text: str) -> Text | None:
    """The same, and landline numbers, e-mail addresses and home addresses: what an official notice must not say of anyone."""
    return personal_data_in(text)


def _is_id_card(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    if _CHECK_SIGNS[total % 11] == number[17].upper():
        return True
    # Excel keeps fifteen digits of a number and writes zeros for the rest: the check sign is lost, the person not.
    return number.endswith("000") and _is_birth_date(number[6:14])


def _is_birth_date(digits: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(digits).year <= 2100
    except ValueError:
        return False
