"""A judge's own sheet: kept as a draft candidate by candidate, handed in once, frozen then."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...candidates.departures import rosters_ahead, standing_roster
from ...candidates.models import Candidate
from ...errors import NotFound, Problem, ProblemsFound
from ...text import _
from ..models import ScoreDraft, ScoreSheet
from ..scheme import Criterion, scheme_of
from .queries import (
    SCORING,
    draft_of,
    due_of,
    last_versions,
    round_row,
    scores_in,
    scores_typed,
    standing_sheets,
    stood_aside,
)
from .score_values import Scores, read_row, sha256_of, sheet_document, unscored


@dataclass(frozen=True)
class OwnSheet:
    """A judge's sheet as they see it."""

    campaign: Campaign
    criteria: tuple[Criterion, ...]
    candidates: tuple[Candidate, ...]
    """Everyone who is still a candidate, by number."""
    aside: frozenset[int]
    """Whom this judge does not score."""
    scores: Scores
    handed_in: ScoreSheet | None
    due: datetime | None
    closed: bool
    next_version: int
    saved_at: datetime | None

    @property
    def to_score(self) -> list[int]:
        """Numbers of the candidates whom this judge scores."""
        return [one.number for one in self.candidates if one.number not in self.aside]

    @property
    def unscored(self) -> list[int]:
        """Of whom something is missing."""
        return unscored(self.criteria, self.to_score, self.scores)

    @property
    def document(self) -> str:
        """The sheet as it would be handed in now."""
        kept = {
            str(number): self.scores[str(number)] for number in self.to_score if str(number) in self.scores
        }
        return sheet_document(self.campaign.slug, self.next_version, kept)

    @property
    def sha256(self) -> str:
        """Of ``document``, or of the sheet that was handed in."""
        return self.handed_in.sha256 if self.handed_in else sha256_of(self.document)

    def is_late(self, now: datetime) -> bool:
        """Whether the deadline has passed."""
        return self.due is not None and now > self.due

    def may_write(self, now: datetime) -> bool:
        """Whether anything can still be changed on it."""
        return not self.handed_in and not self.closed and not self.is_late(now)


def own_sheet(session: Session, slug: str, judge: ActingOfficial, *, lock: bool = False) -> OwnSheet:
    """A judge's own. Raises NotFound where judges score nothing (yet)."""
    return sheet_in(session, campaign_by_slug(session, slug, lock=lock), judge)


def sheets_ahead(session: Session, campaigns: Collection[Campaign], judge: ActingOfficial) -> None:
    """This judge's sheet in each of these is asked for in a moment."""
    ids = [campaign.id for campaign in campaigns]
    rosters_ahead(session, ids)
    round_row.ahead(session, ids)
    standing_sheets.ahead(session, ids)
    stood_aside.ahead(session, ids)
    last_versions.ahead(session, ids)
    draft_of.ahead(session, [(one, judge.id) for one in ids])


def sheet_in(session: Session, campaign: Campaign, judge: ActingOfficial) -> OwnSheet:
    """``own_sheet`` in a campaign that is at hand. Raises NotFound as it does."""
    criteria = scheme_of(campaign.plan).by("judges")
    if campaign.phase not in SCORING or not criteria:
        raise NotFound(_("这个评选活动现在没有要评委打分的事项。"), _("投票开始、候选名单确定以后才能打分。"))
    row = round_row(session, campaign.id)
    handed_in = standing_sheets(session, campaign.id).get(judge.id)
    draft = draft_of(session, (campaign.id, judge.id))
    return OwnSheet(
        campaign,
        criteria,
        tuple(standing_roster(session, campaign.id)),
        frozenset(number for one, number in stood_aside(session, campaign.id) if one == judge.id),
        scores_in(handed_in) if handed_in else scores_typed(draft),
        handed_in,
        due_of(campaign, row),
        bool(row and row.closed_at),
        last_versions(session, campaign.id).get(judge.id, 0) + 1,
        draft.saved_at if draft else None,
    )


def save_draft(
    session: Session,
    slug: str,
    number: int,
    typed: Mapping[str, str],
    *,
    at: datetime,
    official: ActingOfficial,
) -> None:
    """Keep one candidate's points as typed so far; blanks are no points yet. Raises ProblemsFound, NotFound. The caller
    commits. Drafts are not journaled: they are nobody's business yet."""
    sheet = own_sheet(session, slug, official, lock=True)
    if number not in [one.number for one in sheet.candidates]:
        raise NotFound(_("没有 %(number)s 号候选人。", number=number))
    problems = writing_problems(sheet, at)
    if number in sheet.aside:
        problems.append(Problem("", _("您已回避这位候选人，不用打分。")))
    row, wrong = read_row(sheet.criteria, typed)
    if problems or wrong:
        raise ProblemsFound([*problems, *wrong])
    keep_draft(session, sheet, official, {**sheet.scores, str(number): row}, at)


def keep_draft(
    session: Session, sheet: OwnSheet, official: ActingOfficial, scores: Scores, at: datetime
) -> None:
    """Write a draft whole."""
    text = json.dumps(scores, sort_keys=True)
    row = session.get(ScoreDraft, (sheet.campaign.id, official.id))
    if row is None:
        session.add(
            ScoreDraft(
                campaign_id=sheet.campaign.id, judge_id=official.id, scores_json=text, saved_at=at
            )
        )  # fmt: skip
    else:
        row.scores_json, row.saved_at = text, at


def hand_in(session: Session, slug: str, *, seen: str, at: datetime, official: ActingOfficial) -> ScoreSheet:
    """Hand in what was looked at: ``seen`` is its SHA-256. Raises ProblemsFound, NotFound. The caller commits."""
    sheet = own_sheet(session, slug, official, lock=True)
    problems = problems_before_handing_in(sheet, at)
    if not problems and seen != sheet.sha256:
        problems.append(Problem("", _("评分与您刚才看到的不同，请重新核对。")))
    if problems:
        raise ProblemsFound(problems)
    made = ScoreSheet(
        campaign_id=sheet.campaign.id, judge_id=official.id, version=sheet.next_version, document=sheet.document,
        sha256=sheet.sha256, submitted_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    # Without the hash: with few candidates it could be tried out, and the round is blind.
    journal(session, at=at, actor=official.name, act="hand_in_scores", subject=slug,
            details={"version": made.version, "candidates": len(sheet.to_score)})  # fmt: skip
    return made


def problems_before_handing_in(sheet: OwnSheet, at: datetime) -> list[Problem]:
    """Everything that keeps it from being handed in, each with its remedy."""
    problems = writing_problems(sheet, at)
    if not sheet.to_score:
        problems.append(Problem("", _("没有要您打分的候选人。")))
    if missing := sheet.unscored:
        numbers = "、".join(map(str, missing[:20])) + ("…" if len(missing) > 20 else "")
        problems.append(
            Problem("", _("还有 %(n)s 位没有打完分：%(numbers)s 号。", n=len(missing), numbers=numbers))
        )
    return problems


def writing_problems(sheet: OwnSheet, at: datetime) -> list[Problem]:
    """Why nothing can be changed on a sheet any more."""
    if sheet.handed_in:
        return [
            Problem("", _("评分表已经提交，不能再改。"), _("确有错误的，请经办人和评委会同意后退回重填。"))
        ]
    if sheet.closed:
        return [Problem("", _("打分已经结束。"))]
    if sheet.is_late(at):
        return [
            Problem(
                "",
                _("已过交表的截止时间，不能再改、再交。"),
                _("确需补交的，请经办人说明理由后延长截止时间。"),
            )
        ]
    return []
