"""The root of the error tree: a broken promise with a stable code and a sentence for people.

Errors know no HTTP; ``web.problems`` alone maps a code to a status. Expected refusals (already cast, not open) are
return values, not errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from .text import Text, _


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it."""

    where: str
    """A file, row and column, a setting's name, or a field: whatever the reader can point at."""
    sentence: Text
    remedy: Text | None = None

    def __str__(self) -> str:
        line = f"{self.where}：{self.sentence}" if self.where else str(self.sentence)
        return f"{line} {self.remedy}" if self.remedy else line


class BadFile(Exception):
    """A file that is not taken, and why. A refusal of one file among others, so no ``VotingError``: who asked for it goes on."""

    def __init__(self, sentence: Text, remedy: Text | None = None) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.remedy = remedy

    def at(self, where: str) -> Problem:
        """The same as a line of a report."""
        return Problem(where, self.sentence, self.remedy)


class VotingError(Exception):
    """Something that must hold does not. Subclasses set ``code``, which is stable and public."""

    code: ClassVar[str] = "internal_error"

    def __init__(self, sentence: Text, remedy: Text | None = None) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.remedy = remedy


class ProblemsFound(VotingError):
    """Several problems at once; nothing was done."""

    code = "problems_found"

    def __init__(self, problems: Sequence[Problem], sentence: Text | None = None) -> None:
        super().__init__(sentence or _("发现 %(count)s 处问题，什么都没有改动。", count=len(problems)))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([str(self.sentence), *(f"- {problem}" for problem in self.problems)])


class NotFound(VotingError):
    """What was asked for does not exist, or is not public."""

    code = "not_found"


class Unavailable(VotingError):
    """A store that this act needs cannot be reached or trusted now; trying again later may help."""

    code = "unavailable"
