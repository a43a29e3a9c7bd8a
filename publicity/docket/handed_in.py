"""Files that come with a form, told by their content. Each bad one gets its sentence beside its field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voting_service.attachments.examine import BadFile, Examined, examine
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
            if isinstance(one.data, BadFile):
                raise one.data
            kept.append(examine(one.name, one.data))
        except BadFile as bad:
            sentence = _("“%(name)s”%(sentence)s", name=one.name[-60:], sentence=bad.sentence)
            problems.append(Problem(one.field, sentence, bad.remedy))
    return kept, problems
