"""What a worksheet is computed from, as it is known now: the certified tally or the prepared one, the closed round, the
confirmed figures, everyone who is still a candidate."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...candidates.departures import departures_of, rosters_ahead, standing_roster
from ...candidates.queries import roster
from ...errors import Problem
from ...ledger import HELD
from ...names import in_quotes
from ...read_ahead import ReadOf
from ...tally.certification.queries import certification_of, certified_tally
from ...tally.count import Tally
from ...tally.figures.prepared import prepared_tally, tally_figures
from ...text import _
from ..composite import scores_of
from ..scheme import Scheme, scheme_of
from ..scoring.queries import all_sheets, counted_sheets, round_row, scores_in, stood_aside
from .document import Figures, Gathered, Judged, JudgedSheet, Left, Person, Votes
from .figures import figures_standing


def gather(session: Session, campaign: Campaign) -> Gathered:
    """All that is known at this moment."""
    scheme = scheme_of(campaign.plan)
    people = tuple(
        Person(one.number, one.name, one.organisation) for one in standing_roster(session, campaign.id)
    )
    numbers = {one.number for one in people}
    names = {one.number: one.name for one in roster(session, campaign.id)}
    return Gathered(
        campaign.slug,
        campaign.title,
        campaign.organiser,
        scheme,
        people,
        tuple(
            Left(number, names[number], cause)
            for number, cause in departures_of(session, campaign.id).items()
        ),
        _judged(session, campaign.id, scheme, numbers),
        _votes(session, campaign.id),
        dict(_figures(session, campaign.id, scheme, numbers)),
    )


def gather_ahead(session: Session, campaigns: Sequence[Campaign]) -> None:
    """All of it is asked for in a moment, for each of these."""
    ids = [campaign.id for campaign in campaigns]
    rosters_ahead(session, ids)
    for_each: tuple[ReadOf[int, Any], ...] = (
        round_row,
        all_sheets,
        stood_aside,
        figures_standing,
        certification_of,
    )
    for read in for_each:
        read.ahead(session, ids)
    tally_figures.ahead(session, [one for one in ids if certification_of(session, one) is None])


def problems_before_closing(found: Gathered) -> list[Problem]:
    """Everything that keeps the worksheet from being final, each with its remedy."""
    scheme, problems = found.scheme, []
    if not scheme.criteria:
        return [
            Problem(
                "", _("这个评选活动没有声明评审项目。"), _("请在 campaign.toml 的 [assessment] 一节写明。")
            )
        ]
    if not found.people:
        problems.append(Problem("", _("没有候选人。")))
    if scheme.by("votes") and (found.votes is None or found.votes.certified is None):
        problems.append(Problem("", _("计票结果还没有认定。"), _("请评审委员会先认定计票结果。")))
    if scheme.by("judges") and found.judged is None:
        problems.append(Problem("", _("评委打分还没有结束。"), _("请等评委交表，再由经办人结束打分。")))
    problems += _unscored(found)
    for criterion in scheme.by("figure"):
        known = found.figures.get(criterion.key)
        if known is None:
            problems.append(
                Problem("", _("“%(name)s”的数据还没有录入并确认。", name=in_quotes(criterion.name)))
            )
        elif missing := [one.number for one in found.people if one.number not in known.values]:
            problems.append(
                Problem("", _("“%(name)s”缺少 %(numbers)s 号的数据。", name=in_quotes(criterion.name),
                              numbers="、".join(map(str, missing))))
            )  # fmt: skip
    return problems


def _unscored(found: Gathered) -> Iterator[Problem]:
    if found.judged is None:
        return
    sheets = found.material.sheets
    for criterion in found.scheme.by("judges"):
        numbers = [one.number for one in found.people if not scores_of(sheets, one.number, criterion.key)]
        if numbers:
            yield Problem(
                "",
                _("没有评委就“%(name)s”给 %(numbers)s 号打分。", name=in_quotes(criterion.name),
                  numbers="、".join(map(str, numbers))),
                _("请增加评委，退回一份评分表以重新开始打分。"),
            )  # fmt: skip


def _judged(session: Session, campaign_id: int, scheme: Scheme, numbers: set[int]) -> Judged | None:
    counted = counted_sheets(session, campaign_id)
    if counted is None:
        return None
    aside = stood_aside(session, campaign_id)
    keys = {criterion.key for criterion in scheme.by("judges")}
    sheets = tuple(
        JudgedSheet(
            sheet.sha256,
            {
                int(number): {key: text for key, text in row.items() if key in keys}
                for number, row in scores_in(sheet).items()
                if int(number) in numbers and (sheet.judge_id, int(number)) not in aside
            },
        )
        for sheet in counted.sheets
    )
    return Judged(sheets, len(counted.absent), counted.reason)


def _votes(session: Session, campaign_id: int) -> Votes | None:
    certified = certified_tally(session, campaign_id)
    if certified is not None:
        return Votes(
            certified.tally.counted(), held_votes(certified.tally), certified.log_size, f"C-{certified.number:04d}",
            certified.sha256,
        )  # fmt: skip
    prepared = prepared_tally(session, campaign_id)
    if prepared is None:
        return None
    return Votes(prepared.tally.counted(), held_votes(prepared.tally), prepared.log_size, None, None)


def held_votes(tally: Tally) -> dict[int, int]:
    """Candidate → held ballots that chose them."""
    return {number: by[HELD] for number, by in sorted(tally.by_candidate.items())}


def _figures(
    session: Session, campaign_id: int, scheme: Scheme, numbers: set[int]
) -> Iterator[tuple[str, Figures]]:
    for criterion in scheme.by("figure"):
        row = figures_standing(session, campaign_id).get(criterion.key)
        if row is not None:
            values = {int(number): text for number, text in json.loads(row.values_json).items()}
            kept = {number: text for number, text in values.items() if number in numbers}
            yield criterion.key, Figures(row.source, row.sha256, kept)
