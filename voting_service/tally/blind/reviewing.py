"""Judging blind, and looking: each once for one official and one subject, each in the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.models import Official
from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.queries import campaign_by_slug
from ...errors import Problem, ProblemsFound
from ...text import Text, _
from .models import JUDGED, REVEALED, BlindReview

WORDS: Mapping[str, Text] = {
    "one_hand": _("像是同一只手投出的"),
    "people": _("像是许多人各自投出的"),
    "unsure": _("看不出来"),
}
LONGEST_NOTE = 500
CLUSTER = "cluster "


@dataclass(frozen=True)
class Judgement:
    """What one official said."""

    name: str
    word: Text
    note: str
    at: datetime
    blind: bool
    """Said before candidates were shown to them."""


@dataclass(frozen=True)
class Review:
    """How one subject stands for one official."""

    sees_candidates: bool
    judged: bool
    judgements: tuple[Judgement, ...]
    """Everybody's, in order; empty until this official has judged or looked, so that nobody follows another."""


def of_cluster(cluster: str) -> str:
    """The subject that a cluster is."""
    return f"{CLUSTER}{cluster}"


def of_decision(number: int) -> str:
    """The subject that a decision is."""
    return f"decision {number}"


def review_of(
    session: Session, campaign_id: int, slug: str, subject: str, official: ActingOfficial
) -> Review:
    """How it stands. A supervisor judges and decides nothing, and sees everything from the start."""
    rows = _rows(session, campaign_id, subject)
    own = {row.act for row, _name in rows if row.official_id == official.id}
    sees = bool(own) or only_watches(slug, official)
    return Review(sees, JUDGED in own, tuple(_judgements(rows)) if sees else ())


def only_watches(slug: str, official: ActingOfficial) -> bool:
    """A supervisor, who by the rules of roles does nothing else in this campaign."""
    return official.may(slug, "supervisor")


def clusters_open_to(session: Session, campaign_id: int, official: ActingOfficial) -> frozenset[str]:
    """The clusters whose whole sheet this official has seen: those that they judged."""
    query = select(BlindReview.subject).where(
        BlindReview.campaign_id == campaign_id,
        BlindReview.official_id == official.id,
        BlindReview.subject.startswith(CLUSTER),
    )
    return frozenset(subject.removeprefix(CLUSTER) for subject in session.scalars(query))


def judged_blind(session: Session, campaign_id: int, subject: str, person: str) -> bool:
    """Whether somebody of this name, as ``names.person_key`` compares it, judged before they looked: it is the first that
    they did with the subject."""
    query = (
        select(BlindReview.act)
        .join(Official, Official.id == BlindReview.official_id)
        .where(
            BlindReview.campaign_id == campaign_id,
            BlindReview.subject == subject,
            Official.name_key == person,
        )
        .order_by(BlindReview.id)
        .limit(1)
    )
    return session.scalar(query) == JUDGED


def judge(
    session: Session, slug: str, subject: str, word: str, note: str, *, at: datetime, official: ActingOfficial
) -> None:
    """Keep a judgement. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    problems = []
    if word not in WORDS:
        problems.append(Problem("word", _("请选择一项。")))
    if len(note) > LONGEST_NOTE:
        problems.append(Problem("note", _("说明最多 %(most)s 个字。", most=LONGEST_NOTE)))
    if JUDGED in _own_acts(session, campaign.id, subject, official):
        problems.append(Problem("word", _("您已经判断过了，判断不能更改。")))
    if problems:
        raise ProblemsFound(problems)
    _add(session, campaign.id, subject, official, at, JUDGED, word, note.strip())
    journal(session, at=at, actor=official.name, act="judge_blind", subject=slug,
            details={"about": subject, "word": word})  # fmt: skip


def reveal(session: Session, slug: str, subject: str, *, at: datetime, official: ActingOfficial) -> None:
    """Show this official the candidates from now on. Doing it again does nothing. Raises NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    before = _own_acts(session, campaign.id, subject, official)
    if REVEALED in before:
        return
    _add(session, campaign.id, subject, official, at, REVEALED, None, "")
    journal(session, at=at, actor=official.name, act="reveal_candidates", subject=slug,
            details={"about": subject, "judged_before": JUDGED in before})  # fmt: skip


def _add(
    session: Session, campaign_id: int, subject: str, official: ActingOfficial, at: datetime, act: str,
    word: str | None, note: str,
) -> None:  # fmt: skip
    session.add(
        BlindReview(
            campaign_id=campaign_id, subject=subject, official_id=official.id, act=act, word=word, note=note, at=at
        )
    )  # fmt: skip
    session.flush()


def _own_acts(session: Session, campaign_id: int, subject: str, official: ActingOfficial) -> set[str]:
    return {row.act for row, _name in _rows(session, campaign_id, subject) if row.official_id == official.id}


def _rows(session: Session, campaign_id: int, subject: str) -> Sequence[tuple[BlindReview, str]]:
    query = (
        select(BlindReview, Official.name)
        .join(Official, Official.id == BlindReview.official_id)
        .where(BlindReview.campaign_id == campaign_id, BlindReview.subject == subject)
        .order_by(BlindReview.id)
    )
    return [(row, name) for row, name in session.execute(query)]


def _judgements(rows: Sequence[tuple[BlindReview, str]]) -> list[Judgement]:
    looked: set[int] = set()
    found = []
    for row, name in rows:
        if row.act == REVEALED:
            looked.add(row.official_id)
        elif row.word is not None:
            found.append(
                Judgement(name, WORDS[row.word], row.note, row.at, blind=row.official_id not in looked)
            )
    return found
