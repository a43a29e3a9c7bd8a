"""What other rooms would have the committee asked, by the name of a subject (``final-list-1``): an address names the subject
and nothing else, so that no address holds people who are not public yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ..text import Text
from .rules import LONGEST_QUESTION


@dataclass(frozen=True)
class SuggestedQuestion:
    """A draft's first words."""

    title: Text
    wordings: Sequence[Sequence[Text]]
    """The question in lines, the fullest wording first, for as much room as a question has."""

    def question(self, say: Callable[[Text], str]) -> str:
        """The fullest wording that fits."""
        told = ["\n".join(map(say, lines)) for lines in self.wordings]
        return next((one for one in told if len(one) <= LONGEST_QUESTION), told[-1])


Suggest = Callable[[Session, str, str], SuggestedQuestion | None]
"""Session, slug and subject: what to ask; None where the subject is another room's, or is no more."""
