"""Every state, ground, class and act of a docket has its word, and no word is left over."""

from __future__ import annotations

import re

from publicity.docket import models, words
from publicity.docket.sealing import GROUNDS


def _checked(table: type, constraint: str) -> set[str]:
    """What a CHECK of a table allows."""
    found = [
        str(each.sqltext)  # type: ignore[attr-defined]
        for each in table.__table__.constraints  # type: ignore[attr-defined]
        if each.name and each.name.endswith(constraint)
    ]
    return set(re.findall(r"'(\w+)'", found[0]))


def test_every_state_and_act_has_its_word() -> None:
    assert set(words.STATE_WORDS) == _checked(models.Objection, "state_is_known")
    assert set(words.ACT_WORDS) == _checked(models.DocketEntry, "act_is_known")
    assert set(words.SHOWN_ACT_WORDS) == set(words.ACT_WORDS)
    assert set(words.OUTCOME_WORDS) == _checked(models.Ruling, "outcome_is_known")


def test_every_ground_kind_and_class_has_its_word() -> None:
    assert tuple(words.GROUND_WORDS) == GROUNDS
    assert tuple(words.KIND_WORDS) == models.KINDS
    assert set(words.WORTH_WORDS) == _checked(models.Objection, "worth_is_known")
    assert tuple(words.DECLINE_WORDS) == models.DECLINE_CLASSES
