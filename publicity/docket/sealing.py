"""What is sealed in the docket, as values: opened only by those whom ``rulings`` lets read, and by the objector.

Every sealed column has one function that names its place; ``keys reseal`` goes through the same places.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from voting_service.encryption import Keyring
from voting_service.sealed import SealedColumn

from .models import DocketEntry, Objection, Ruling

GROUNDS = ("discipline", "dishonesty", "accident", "false_material", "vote_buying", "other")
"""违纪违法, 失信, 安全事故, 材料不实, 拉票舞弊, 其他."""


@dataclass(frozen=True)
class Heading:
    """About whom, and on which ground."""

    candidate: int
    """The candidate's number."""
    ground: str
    """One of ``GROUNDS``."""


@dataclass(frozen=True)
class Matter:
    """What is claimed."""

    statement: str
    clue: str = ""
    """Where, when, who knows of it: what can be checked."""


@dataclass(frozen=True)
class Identity:
    """Who objects. A unit has its name and a contact person."""

    name: str
    phone: str
    unit: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True)
class RulingText:
    """Why, for the record, and what is written to the objector."""

    finding: str
    reply: str


def objection_place(column: str, docket_number: str) -> str:
    """Where a sealed column of an objection is: ``objections.matter_sealed.GS-2026-7K3M9Q``."""
    return f"objections.{column}.{docket_number}"


def entry_place(docket_number: str, seq: int) -> str:
    """Where the body of an entry is."""
    return f"docket_entries.body_sealed.{docket_number}.{seq}"


def ruling_place(docket_number: str, number: int) -> str:
    """Where the text of a ruling is."""
    return f"rulings.reasons_sealed.{docket_number}.{number}"


def seal_value(keyring: Keyring, value: Heading | Matter | Identity | RulingText, place: str) -> bytes:
    """Any of these values, sealed for its place."""
    return keyring.seal(json.dumps(asdict(value), ensure_ascii=False, sort_keys=True).encode(), place)


def open_heading(keyring: Keyring, objection: Objection) -> Heading:
    """About whom, on which ground. Raises SealBroken."""
    return Heading(
        **_opened(
            keyring, objection.heading_sealed, objection_place("heading_sealed", objection.docket_number)
        )
    )


def open_matter(keyring: Keyring, objection: Objection) -> Matter:
    """The statement. Raises SealBroken."""
    return Matter(
        **_opened(keyring, objection.matter_sealed, objection_place("matter_sealed", objection.docket_number))
    )


def open_identity(keyring: Keyring, objection: Objection) -> Identity | None:
    """Who objects; None for an anonymous objection. Raises SealBroken."""
    if objection.identity_sealed is None:
        return None
    place = objection_place("identity_sealed", objection.docket_number)
    return Identity(**_opened(keyring, objection.identity_sealed, place))


def open_body(keyring: Keyring, docket_number: str, entry: DocketEntry) -> str:
    """What an entry says; empty where its act says it all. Raises SealBroken."""
    if entry.body_sealed is None:
        return ""
    return keyring.open(entry.body_sealed, entry_place(docket_number, entry.seq)).decode()


def open_ruling(keyring: Keyring, docket_number: str, ruling: Ruling) -> RulingText:
    """The text of a ruling. Raises SealBroken."""
    return RulingText(**_opened(keyring, ruling.reasons_sealed, ruling_place(docket_number, ruling.number)))


def _opened(keyring: Keyring, sealed: bytes, place: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(keyring.open(sealed, place))
    return plain


SEALED = (
    *(
        SealedColumn(column, partial(objection_place, column.key), (Objection.docket_number,))
        for column in (Objection.heading_sealed, Objection.matter_sealed, Objection.identity_sealed)
    ),
    SealedColumn(
        DocketEntry.body_sealed,
        entry_place,
        (Objection.docket_number, DocketEntry.seq),
        joined=((Objection, Objection.id == DocketEntry.objection_id),),
    ),
    SealedColumn(
        Ruling.reasons_sealed,
        ruling_place,
        (Objection.docket_number, Ruling.number),
        joined=((Objection, Objection.id == Ruling.objection_id),),
    ),
)
