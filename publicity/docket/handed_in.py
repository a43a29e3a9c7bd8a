"""Files that come with a form, told by their content. Each bad one gets its sentence beside its field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voting_service.attachments.examine import BadFile, Examined, examine, glance
from voting_service.errors import Problem
from voting_service.text import _


@dataclass(frozen=True, repr=False)
class HandedIn:
    """One file as it was sent."""

    field: str
    name: str
    data: bytes | BadFile
    """Or why it was dropped while it came."""

    @property
    def size(self) -> int:
        """Bytes that came and were kept."""
        return len(self.data) if isinstance(self.data, bytes) else 0


def look_through(files: Sequence[HandedIn]) -> tuple[list[Examined], list[Problem]]:
    """Those that may be kept, in their order, and what is wrong with the others. Raises Unavailable."""
    kept, problems = [], []
    for one in files:
        try:
            kept.append(examine(one.name, _came(one)))
        except BadFile as bad:
            problems.append(_wrong_with(one, bad))
    return kept, problems


def glance_through(files: Sequence[HandedIn]) -> list[Problem]:
    """What is plainly wrong with files of a form that is refused for its text: they are looked at as far as that costs
    nothing, since whoever sends them pays nothing."""
    problems = []
    for one in files:
        try:
            glance(_came(one))
        except BadFile as bad:
            problems.append(_wrong_with(one, bad))
    return problems


def _came(one: HandedIn) -> bytes:
    if isinstance(one.data, BadFile):
        raise one.data
    return one.data


def _wrong_with(one: HandedIn, bad: BadFile) -> Problem:
    sentence = _("“%(name)s”%(sentence)s", name=one.name[-60:], sentence=bad.sentence)
    return Problem(one.field, sentence, bad.remedy)
