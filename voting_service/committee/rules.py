"""How a committee ballot is decided: plain values in and out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

AGREE, DISAGREE, ABSTAIN = "agree", "disagree", "abstain"
ANSWERS = (AGREE, DISAGREE, ABSTAIN)

LONGEST_TITLE, LONGEST_QUESTION, LONGEST_REASON, LONGEST_REMARK = 80, 1000, 300, 300
_SUBJECT = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")


class Elected(NamedTuple):
    """Of a list: who is chosen, and who is tied for a place that not all of them can have."""

    chosen: tuple[str, ...]
    tied: tuple[str, ...]


def shown_number(number: int) -> str:
    """A motion's number as people say it: ``M-0001``."""
    return f"M-{number:04}"


def is_subject(text: str) -> bool:
    """Whether it can be a subject's key."""
    return len(text) <= 60 and _SUBJECT.fullmatch(text) is not None


def elected(papers: Mapping[str, int], most: int, needed: int) -> Elected:
    """Those with enough papers, by papers, the given order among equals; no more than ``most``. Where equals meet the last
    place, none of them has it: who is chosen must not hang on the order of the list."""
    enough = sorted((key for key, count in papers.items() if count >= needed), key=lambda key: -papers[key])
    if len(enough) <= most:
        return Elected(tuple(enough), ())
    last = papers[enough[most]]
    if papers[enough[most - 1]] != last:
        return Elected(tuple(enough[:most]), ())
    return Elected(
        tuple(key for key in enough if papers[key] > last),
        tuple(key for key in enough if papers[key] == last),
    )


def is_unanimous(papers: Mapping[str, int]) -> bool:
    """Whether all papers say the same, so that the result gives everyone away."""
    return sum(count > 0 for count in papers.values()) == 1
