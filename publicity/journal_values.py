"""What the journal's details say in words, where publicity journaled them: its codes, by the detail's name."""

from __future__ import annotations

from collections.abc import Mapping

from voting_service import journal_values
from voting_service.text import Text

from .docket.words import DECLINE_WORDS, KIND_WORDS, REPORTED_WAYS
from .docket.words import OUTCOME_WORDS as RULING_WORDS
from .notices.words import CAUSE_WORDS, LEVEL_WORDS
from .notices.words import OUTCOME_WORDS as NOTICE_WORDS

JOURNAL_VALUES: Mapping[str, Mapping[str, Text]] = {
    "came_by": REPORTED_WAYS,
    "cause": CAUSE_WORDS,
    "class": DECLINE_WORDS,
    "kind": KIND_WORDS,
    "level": LEVEL_WORDS,
    "outcome": {**NOTICE_WORDS, **RULING_WORDS},
}

EVERY_VALUE: Mapping[str, Mapping[str, Text]] = {
    name: {**journal_values.JOURNAL_VALUES.get(name, {}), **JOURNAL_VALUES.get(name, {})}
    for name in (*journal_values.JOURNAL_VALUES, *JOURNAL_VALUES)
}
"""Together with those of voting_service. No code means two things under one name: a test looks."""
