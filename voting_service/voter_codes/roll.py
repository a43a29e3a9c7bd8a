"""The members' roll: a table of member numbers becomes members, each with one code of their own. Names are not taken, and
numbers are kept as keyed digests only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from ..activity import journal
from ..campaigns.cells import Row, read_cells
from ..campaigns.models import Campaign
from ..campaigns.queries import campaign_by_slug
from ..errors import Problem, ProblemsFound
from ..legible import is_all_seen
from ..text import Text, _
from ..web.identities import MEMBER
from .batches import (
    LARGEST,
    Batch,
    Card,
    Progress,
    actor_problems,
    campaign_problems,
    end_codes,
    fresh_codes,
    reason_problems,
    store,
    unit_problems,
)
from .digests import LONGEST_MEMBER_NUMBER, CodeDigests, plain_number
from .models import Member, VoterCode

HEADINGS = {
    "number": (
        "会员编号",
        "会员号",
        "会员证号",
        "工会会员编号",
        "工会会员号",
        "编号",
        "member",
        "member_number",
    ),
    "unit": ("单位", "工作单位", "所在单位", "基层工会", "所在工会", "工会", "unit", "organisation"),
}
_EXPONENT = re.compile(r"\d(\.\d+)?E\+\d+")
_AT_ONCE = 500
DigestsOf = Callable[[Campaign], CodeDigests]


class Listed(NamedTuple):
    """One member as a table lists them. The unit is empty where the table has none."""

    number: str
    unit: str = ""


class Roll(NamedTuple):
    """A table that was read, and the headings of columns that were not looked at."""

    members: tuple[Listed, ...]
    unread: tuple[str, ...]


class Imported(NamedTuple):
    """What became of a table: a batch of codes for each unit, and how many members were on the roll before."""

    batches: Sequence[Batch]
    known: int
    """Members who were on the roll already; their codes stay, unless they were made anew."""


def read_roll(name: str, data: bytes) -> Roll:
    """Read ``.csv`` or ``.xlsx``. Raises ProblemsFound with everything that is wrong, by row and column; no problem
    repeats a member number."""
    rows, problems, _whole = read_cells(name, data, LARGEST + 5)
    head, columns = _columns(rows)
    if rows and "number" not in columns:
        remedy = _("请把标题写成“会员编号”，另可有“单位”一列；姓名不需要。")
        problems.append(Problem(name, _("没有找到“会员编号”这一列。"), remedy))
        raise ProblemsFound(problems)
    firsts: dict[str, int] = {}
    members = [_member(name, row, columns, firsts, problems) for row in (rows[head + 1 :] if rows else [])]
    if rows and not members:
        problems.append(Problem(name, _("只有标题行，没有会员。")))
    if problems:
        raise ProblemsFound(problems)
    read = set(columns.values())
    unread = tuple(cell for place, cell in enumerate(rows[head].cells) if place not in read and cell)
    return Roll(tuple(members), unread)


def _columns(rows: Sequence[Row]) -> tuple[int, dict[str, int]]:
    """Where the headings stand, and which column is which: in the first rows, since tables begin with a title."""
    known = {word: field for field, words in HEADINGS.items() for word in words}
    for position, row in enumerate(rows[:5]):
        found: dict[str, int] = {}
        for place, cell in enumerate(row.cells):
            plain = re.sub(r"\(.*?\)|[\s*:]", "", unicodedata.normalize("NFKC", cell)).lower()
            if plain in known:
                found.setdefault(known[plain], place)
        if "number" in found:
            return position, found
    return 0, {}


def _member(
    name: str, row: Row, columns: dict[str, int], firsts: dict[str, int], problems: list[Problem]
) -> Listed:
    def cell(field: str) -> str:
        place = columns.get(field, len(row.cells))
        return row.cells[place] if place < len(row.cells) else ""

    def wrong(field: str, sentence: Text, remedy: Text | None = None) -> None:
        problems.append(Problem(f"{name} 第 {row.number} 行 {HEADINGS[field][0]}", sentence, remedy))

    number, unit = plain_number(cell("number")), " ".join(cell("unit").split())
    if not number:
        wrong("number", _("不能为空。"))
    elif len(number) > LONGEST_MEMBER_NUMBER:
        wrong("number", _("有 %(n)s 个字，最多 %(most)s 个。", n=len(number), most=LONGEST_MEMBER_NUMBER))
    elif not is_all_seen(number):
        wrong("number", _("含有不可见的控制字符。"))
    elif number[0] in "=+@":
        # The print shop's table would be opened by a program that runs such cells.
        wrong("number", _("不能以 =、+、@ 开头。"))
    elif _EXPONENT.fullmatch(number):
        wrong(
            "number",
            _("被表格程序写成了科学计数，已经认不出原来的编号。"),
            _("请把这一列设为文本后重新填写。"),
        )
    elif (first := firsts.setdefault(number, row.number)) != row.number:
        wrong("number", _("和第 %(first)s 行相同。", first=first))
    if unit or "unit" in columns:
        problems.extend(unit_problems(unit, f"{name} 第 {row.number} 行 {HEADINGS['unit'][0]}"))
    return Listed(number, unit)


def import_roll(
    session: Session, slug: str, roll: Roll, digests_of: DigestsOf, *, at: datetime, actor: str, anew: bool = False,
    progress: Progress | None = None,
) -> Imported:  # fmt: skip
    """Put members on the roll, each with a code of their own. Whoever is on it already keeps their code; with ``anew``
    they get another, and the former ends. Raises ProblemsFound. The caller prints the codes before it commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    problems = [*campaign_problems(campaign, MEMBER), *actor_problems(actor)]
    if problems:
        raise ProblemsFound(problems)
    digests = digests_of(campaign)
    by_digest = {digests.member(one.number): one for one in roll.members}
    known = _known(session, campaign.id, list(by_digest))
    if anew and known:
        _end_codes_of(session, list(known.values()), at)
    cards_for = {digest: one for digest, one in by_digest.items() if anew or digest not in known}
    units: dict[str, list[bytes]] = {}
    for digest, one in cards_for.items():
        units.setdefault(one.unit or campaign.organiser, []).append(digest)
    ids = known | _enrolled(session, campaign, {d: one for d, one in by_digest.items() if d not in known})
    made, done = [], 0
    for unit, members in units.items():
        codes = fresh_codes(len(members))
        cards = [
            Card(serial, code, by_digest[digest].number)
            for serial, (code, digest) in enumerate(zip(codes, members, strict=True), 1)
        ]
        owners = [ids[digest] for digest in members]
        made.append(store(session, campaign, MEMBER, unit, cards, digests, at=at, member_ids=owners))
        done += len(cards)
        if progress:
            progress(done, len(cards_for))
    if made:
        journal(session, at=at, actor=actor.strip(), act="renew_member_codes" if anew else "import_members",
                subject=slug, details={"batches": [one.number for one in made], "codes": len(cards_for),
                                       "known": len(known)})  # fmt: skip
    return Imported(made, len(known))


def revoke_members(
    session: Session, slug: str, numbers: Iterable[str], digests_of: DigestsOf, *, at: datetime, actor: str,
    reason: str,
) -> tuple[int, int]:  # fmt: skip
    """Let these members' codes no longer be entered. Gives how many codes ended and how many numbers are on no roll.
    Raises ProblemsFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    problems = [*actor_problems(actor), *reason_problems(reason)]
    if problems:
        raise ProblemsFound(problems)
    digests = digests_of(campaign)
    asked = [digests.member(number) for number in numbers]
    known = _known(session, campaign.id, asked)
    ended = _end_codes_of(session, list(known.values()), at)
    if ended:
        journal(session, at=at, actor=actor.strip(), act="revoke_members", subject=slug,
                details={"members": len(known), "codes": ended, "reason": reason.strip()})  # fmt: skip
    return ended, len(asked) - len(known)


def member_lines(session: Session, slug: str) -> list[tuple[str, int, int]]:
    """Each unit with its members, and how many of them have a code that can be entered."""
    campaign = campaign_by_slug(session, slug)
    # Asked member by member, by the index: joined to all live codes at once, SQLite would compare each with each.
    live = exists().where(VoterCode.member_id == Member.id, VoterCode.revoked_at.is_(None))
    rows = session.execute(
        select(Member.unit, func.count(), func.count(case((live, 1))))
        .where(Member.campaign_id == campaign.id)
        .group_by(Member.unit)
        .order_by(Member.unit)
    )
    return [(unit, members, with_code) for unit, members, with_code in rows]


def _known(session: Session, campaign_id: int, digests: Sequence[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for start in range(0, len(digests), _AT_ONCE):
        some = digests[start : start + _AT_ONCE]
        rows = session.execute(
            select(Member.digest, Member.id).where(Member.campaign_id == campaign_id, Member.digest.in_(some))
        )
        found |= {bytes(digest): member_id for digest, member_id in rows}
    return found


def _enrolled(session: Session, campaign: Campaign, listed: dict[bytes, Listed]) -> dict[bytes, int]:
    rows = [
        Member(campaign_id=campaign.id, digest=digest, unit=one.unit or campaign.organiser)
        for digest, one in listed.items()
    ]
    session.add_all(rows)
    session.flush()
    return {row.digest: row.id for row in rows}


def _end_codes_of(session: Session, member_ids: Sequence[int], at: datetime) -> int:
    return sum(
        end_codes(session, VoterCode.member_id.in_(member_ids[start : start + _AT_ONCE]), at=at)
        for start in range(0, len(member_ids), _AT_ONCE)
    )
