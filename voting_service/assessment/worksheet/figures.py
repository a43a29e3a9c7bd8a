"""Figures (录入的数据), such as how often somebody was reported on: entered by an operator with their source, confirmed by
somebody else who has seen the source too."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...candidates.departures import standing_roster
from ...errors import NotFound, Problem, ProblemsFound
from ...read_ahead import ReadOf
from ...text import Text, _
from ...transparency.entries import canonical_json
from ...two_people import CONFIRMED, PROPOSED
from ..models import AssessmentFigures
from ..scheme import Criterion, scheme_of
from ..scoring.queries import SCORING
from ..scoring.score_values import plain
from ..two_people import confirm_row, drop_row, reason_problems

_FIGURE = re.compile(r"\d{1,12}(\.\d{1,4})?")


def read_figure(typed: str) -> str | Text:
    """A figure as decimal text in one spelling, or what is wrong with it."""
    text = unicodedata.normalize("NFKC", typed).strip().replace(",", "")
    if not _FIGURE.fullmatch(text):
        return _("请填写 0 或正数，最多四位小数。")
    return plain(text)


def figure_criterion(campaign: Campaign, key: str) -> Criterion:
    """The criterion whose figures are entered. Raises NotFound."""
    criterion = scheme_of(campaign.plan).criterion(key)
    if criterion is None or criterion.source != "figure":
        raise NotFound(_("没有这一项录入的数据。"))
    return criterion


def enter_figures(
    session: Session, slug: str, key: str, source: str, typed: Mapping[int, str], *, at: datetime,
    official: ActingOfficial,
) -> AssessmentFigures:  # fmt: skip
    """Propose figures for everyone who is still a candidate, in the place of those proposed before. Raises ProblemsFound (a
    candidate's at ``value-<number>``), NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    figure_criterion(campaign, key)
    problems = reason_problems("source", source, _("请写明数据的来源，例如“市融媒体中心 4 月 20 日统计”。"))
    if campaign.phase not in SCORING:
        problems.append(Problem("", _("投票开始、候选名单确定以后才能录入。")))
    values: dict[str, str] = {}
    for one in standing_roster(session, campaign.id):
        read = read_figure(typed.get(one.number, ""))
        if isinstance(read, Text):
            problems.append(Problem(f"value-{one.number}", read))
        else:
            values[str(one.number)] = read
    if problems:
        raise ProblemsFound(problems)
    if (waiting := figures_waiting(session, campaign.id, key)) is not None:
        drop_row(waiting)
    made = _new_row(session, campaign, key, source.strip(), values, at, official)
    journal(session, at=at, actor=official.name, act="enter_figures", subject=slug,
            details={"criterion": key, "version": made.version, "sha256": made.sha256})  # fmt: skip
    return made


def _new_row(
    session: Session, campaign: Campaign, key: str, source: str, values: Mapping[str, str], at: datetime,
    official: ActingOfficial,
) -> AssessmentFigures:  # fmt: skip
    last = session.scalar(
        select(func.max(AssessmentFigures.version)).where(
            AssessmentFigures.campaign_id == campaign.id, AssessmentFigures.criterion == key
        )
    )
    made = AssessmentFigures(
        campaign_id=campaign.id, criterion=key, version=(last or 0) + 1, source=source,
        values_json=json.dumps(values, sort_keys=True), sha256=figures_hash(key, source, values),
        proposed_by=official.id, proposed_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def figures_hash(key: str, source: str, values: Mapping[str, str]) -> str:
    """SHA-256 of criterion, source and values, canonically."""
    return sha256(canonical_json({"criterion": key, "source": source, "values": dict(values)})).hexdigest()


def confirm_figures(
    session: Session, slug: str, key: str, *, seen: str, at: datetime, official: ActingOfficial
) -> None:
    """Somebody else has compared them with the source. ``seen``: the hash of what they looked at. Raises ProblemsFound,
    NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    row = _waiting(session, campaign, key)
    if row.sha256 != seen:
        raise ProblemsFound([Problem("", _("数据与您刚才看到的不同，请重新核对。"))])
    confirm_row(row, official, at)
    journal(session, at=at, actor=official.name, act="confirm_figures", subject=slug,
            details={"criterion": key, "version": row.version, "sha256": row.sha256})  # fmt: skip


def drop_figures(session: Session, slug: str, key: str, *, at: datetime, official: ActingOfficial) -> None:
    """Let proposed figures go. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    row = _waiting(session, campaign, key)
    drop_row(row)
    journal(session, at=at, actor=official.name, act="drop_figures", subject=slug,
            details={"criterion": key, "version": row.version})  # fmt: skip


def _waiting(session: Session, campaign: Campaign, key: str) -> AssessmentFigures:
    figure_criterion(campaign, key)
    row = figures_waiting(session, campaign.id, key)
    if row is None:
        raise NotFound(_("没有等待确认的数据。"))
    return row


def figures_waiting(session: Session, campaign_id: int, key: str) -> AssessmentFigures | None:
    """What waits to be confirmed for a criterion."""
    return session.scalar(_of(campaign_id, key, PROPOSED))


def _all_standing(
    session: Session, campaign_ids: Collection[int]
) -> Mapping[int, Mapping[str, AssessmentFigures]]:
    query = (
        select(AssessmentFigures)
        .where(AssessmentFigures.campaign_id.in_(campaign_ids), AssessmentFigures.state == CONFIRMED)
        .order_by(AssessmentFigures.version)
    )
    found: dict[int, dict[str, AssessmentFigures]] = {one: {} for one in campaign_ids}
    for row in session.scalars(query):
        found[row.campaign_id][row.criterion] = row
    return found


figures_standing = ReadOf(_all_standing)
"""Criterion → what was confirmed last for it, in a campaign."""


def _of(campaign_id: int, key: str, state: str) -> Select[AssessmentFigures]:
    return (
        select(AssessmentFigures)
        .where(
            AssessmentFigures.campaign_id == campaign_id,
            AssessmentFigures.criterion == key,
            AssessmentFigures.state == state,
        )
        .order_by(AssessmentFigures.version.desc())
        .limit(1)
    )


def values_of(row: AssessmentFigures | None) -> dict[int, str]:
    """Candidate → figure as text."""
    return {int(number): text for number, text in json.loads(row.values_json).items()} if row else {}
