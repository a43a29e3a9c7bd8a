"""What people write to the account → what they want. Pure: text in, a wish out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from .ballot_id import parse_tracking_code

MOST_CHARS = 100
"""A keyword is short; of anything longer, the rest is not read."""

_BALLOT = ("投票", "我要投票", "参与投票", "评选", "候选人")
_NOTICES = ("公示", "公告", "公示公告")
# 投 12、投票 12 号、12号、第12号、12, and 投给12号、我要投12号 as people say it.
_NUMBER = re.compile(
    r"(?:(?:我要|我想|我)?\s*(?:投票给|投票|投给|投))?\s*(?:第|no\.?)?\s*([0-9]{1,6})\s*(?:号|號)?\s*(?:候选人)?"
)
_CHECK = re.compile(r"(?:查验码|查验|验票)\s*:?\s*(.*)")
_SCENE = re.compile(r"(?:qrscene_)?p?([0-9]{1,6})", re.IGNORECASE)
_AROUND = " \t\r\n\"'“”‘’「」【】。.!?,;、~"


@dataclass(frozen=True)
class ToVote:
    """See the campaign that is open."""


@dataclass(frozen=True)
class ToSee:
    """See one candidate."""

    number: int


@dataclass(frozen=True)
class ToReadNotices:
    """Read what is on public notice."""


@dataclass(frozen=True)
class ToCheck:
    """Learn what became of a ballot. ``code`` as typed; empty where there was none."""

    code: str


@dataclass(frozen=True)
class ToBeHelped:
    """Anything else."""


Wish = ToVote | ToSee | ToReadNotices | ToCheck | ToBeHelped


def wish_of(text: str) -> Wish:
    """What a message asks for; full-width and half-width, any case and any blanks are the same."""
    plain = unicodedata.normalize("NFKC", text[:MOST_CHARS]).strip(_AROUND).lower()
    if plain in _BALLOT:
        return ToVote()
    if plain in _NOTICES:
        return ToReadNotices()
    if number := _NUMBER.fullmatch(plain):
        return ToSee(int(number[1]))
    if check := _CHECK.fullmatch(plain):
        return ToCheck(check[1])
    return ToCheck(plain) if parse_tracking_code(plain) else ToBeHelped()


def candidate_of_scene(event_key: str) -> int | None:
    """The candidate whose poster was scanned; None where the scene names none."""
    scene = _SCENE.fullmatch(event_key.strip())
    return int(scene[1]) if scene else None
