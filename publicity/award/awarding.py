"""Awarding (表彰): after the notices have closed, the list as it stands then, in words that two people have agreed upon."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.campaigns.models import Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.errors import NotFound, Problem, ProblemsFound
from voting_service.names import in_quotes
from voting_service.text import _
from voting_service.transparency import entries

from ..notices.models import CLOSED, DRAFT, Notice
from ..notices.queries import notice_by_number
from ..substitutions.standing import ListStanding, list_of, list_under, lists_ahead
from .ground import ground_problems, grounds_ahead, list_named
from .models import CONFIRMED, PROPOSED, WITHDRAWN, Award, Certificate
from .words import Texts, text_problems

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what is taken for something else on paper."""
CODE_LENGTH = 12
"""30^12 is 5 · 10^17: nobody finds a certificate by trying."""
CHANGED_SINCE = Problem("", _("在您查看之后内容有了变化。"), _("请再核对一遍。"))


def awardable(session: Session, slug: str) -> list[Notice]:
    """First notices that are the ground of an award, whose list is settled (they and every supplement have closed) and that
    have no award yet; raises NotFound."""
    return awardable_in(session, [campaign_by_slug(session, slug)])


def awardable_in(session: Session, campaigns: Sequence[Campaign]) -> list[Notice]:
    """The same of these campaigns, in their order."""
    notices = _not_awarded(session, campaigns)
    lists_ahead(session, [campaign.id for campaign in campaigns])
    grounds_ahead(session, notices)
    return [one for one in notices if not award_problems(session, list_under(session, one))]


def groundless(session: Session, slug: str) -> list[Problem]:
    """Why first notices that have closed cannot be awarded whatever comes: they are not the final list's. Nothing of it is news
    once somebody is awarded. Raises NotFound."""
    campaign = campaign_by_slug(session, slug)
    if any(one.state != WITHDRAWN for one in awards_of(session, campaign)):
        return []
    closed = (one for one in _not_awarded(session, [campaign]) if one.state == CLOSED)
    return list(dict.fromkeys(problem for one in closed for problem in ground_problems(session, one)))


def award_problems(session: Session, standing: ListStanding) -> list[Problem]:
    """Why this list cannot be awarded now, all of it."""
    return [*ground_problems(session, standing.first), *list_problems(standing)]


def _not_awarded(session: Session, campaigns: Sequence[Campaign]) -> list[Notice]:
    awarded = exists().where(Award.notice_id == Notice.id, Award.state != WITHDRAWN)
    found = session.scalars(
        select(Notice)
        .where(Notice.campaign_id.in_([campaign.id for campaign in campaigns]), Notice.supplements.is_(None))
        .where(Notice.state != DRAFT, ~awarded)
        .order_by(Notice.campaign_id, Notice.id.desc())
    )
    return list(found)


def list_problems(standing: ListStanding) -> list[Problem]:
    """What is not settled about this list yet."""
    problems = [
        Problem(
            "notice",
            _("“%(title)s”还没有结束公示。", title=in_quotes(one.title)),
            _("请先在公示公告里结束公示。"),
        )
        for one in standing.family
        if one.state != CLOSED
    ]
    told = {one.id for one in standing.family}
    problems += [
        Problem(
            "notice",
            _("%(n)s 号退出后的补充公示还没有发布和结束。", n=row.leaver),
            _("请先发布补充公示，期满后结束。"),
        )
        for row in standing.substitutions
        if row.supplementary_id not in told
    ]
    # By another notice, or by none: nobody was told that the place is empty, and nobody has taken it.
    problems += [
        Problem(
            "notice",
            _("%(who)s已经不是候选人，而名单还没有变动。", who=standing.called(number)),
            _("请在公告的“名单变动和递补”里办理。"),
        )
        for number in standing.listed
        if number in standing.gone
    ]
    if not standing.people():
        problems.append(Problem("notice", _("名单上没有人。")))
    return problems


def award_document(session: Session, standing: ListStanding, texts: Texts) -> dict[str, Any]:
    """Everything that is confirmed: whom, by which final list and notices, as what, and in which words. Without a final list it
    names none: so did every award before there were any."""
    first = standing.first
    listed_by = list_named(session, first.campaign)
    listed = [number for number in standing.listed if number not in standing.gone]
    people = [standing.candidates[number] for number in listed]
    return {
        "type": "award",
        "campaign": first.campaign.slug,
        "title": first.campaign.title,
        "organiser": first.campaign.organiser,
        **({"final_list": listed_by} if listed_by else {}),
        "notices": [
            {"id": one.number, "sha256": one.events[0].document_sha256, "outcome": one.outcome}
            for one in standing.family
        ],
        "honour": texts.honour,
        "citation": texts.citation,
        "decision": texts.decision,
        "thanks": texts.thanks,
        "dated": texts.dated.isoformat(),
        "people": [
            {
                "number": one.number,
                "name": one.name,
                "organisation": one.organisation,
                "title": one.title,
            }
            for one in people
        ],
    }


def propose_award(
    session: Session,
    slug: str,
    notice: int,
    texts: Texts,
    *,
    at: datetime,
    official: ActingOfficial,
    found: Sequence[Problem] = (),
) -> Award:
    """Propose to award the list of a notice. ``found``: what the caller knows to be wrong. Raises ProblemsFound, NotFound. The
    caller commits."""
    standing = _locked(session, slug, notice_by_number(session, slug, notice).number)
    campaign = standing.first.campaign
    problems = [*award_problems(session, standing), *found, *text_problems(texts)]
    if not official.may(slug, "operator", "committee"):
        problems.append(Problem("", _("表彰由经办人或评委提出。")))
    taken = session.scalar(
        select(Award.number).where(Award.notice_id == standing.first.id, Award.state != WITHDRAWN)
    )
    if taken is not None:
        problems.append(Problem("notice", _("这份名单已经有表彰了（第 %(n)s 号）。", n=taken)))
    if problems:
        raise ProblemsFound(problems)
    data = entries.canonical_json(award_document(session, standing, texts))
    last = session.scalar(select(func.max(Award.number)).where(Award.campaign_id == campaign.id))
    award = Award(
        campaign_id=campaign.id, number=(last or 0) + 1, notice_id=standing.first.id, honour=texts.honour.strip(),
        dated=texts.dated, document=data, document_sha256=sha256(data).hexdigest(),
        proposed_by=official.id, proposed_at=at,
    )  # fmt: skip
    session.add(award)
    session.flush()
    journal(session, at=at, actor=official.name, act="propose_award", subject=f"{slug}/award-{award.number}",
            details={"sha256": award.document_sha256})  # fmt: skip
    return award


def confirm_award(
    session: Session, slug: str, number: int, *, seen: str, at: datetime, official: ActingOfficial
) -> Award:
    """Award, and issue the certificates. ``seen``: the hash that was looked at. Raises ProblemsFound, NotFound. The caller
    commits."""
    listed = session.get_one(Notice, award_by_number(session, slug, number).notice_id).number
    standing = _locked(session, slug, listed)
    award = award_by_number(session, slug, number, lock=True)
    problems = [] if award.state == PROPOSED else [Problem("", _("已经确认或撤回。"))]
    if award.state == PROPOSED:
        # Somebody's leaving may have been proposed since, or a final list confirmed.
        problems += award_problems(session, standing)
    if not official.may(slug, "committee"):
        problems.append(Problem("", _("表彰由评委确认。")))
    if official.id == award.proposed_by:
        problems.append(Problem("", _("提出和确认必须是两个人。"), _("请另一名评委确认。")))
    if seen != award.document_sha256:
        problems.append(CHANGED_SINCE)
    elif award_document(session, standing, texts_of(award)) != document_of(award):
        problems.append(Problem("", _("提出之后名单有了变化，这份提议已不成立。"), _("请撤回它，重新提出。")))
    if problems:
        raise ProblemsFound(problems)
    award.state, award.confirmed_by, award.confirmed_at = CONFIRMED, official.id, at
    session.flush()
    _issue(session, award)
    journal(session, at=at, actor=official.name, act="confirm_award", subject=f"{slug}/award-{number}",
            details={"sha256": award.document_sha256, "certificates": len(document_of(award)["people"])})  # fmt: skip
    return award


def withdraw_award(
    session: Session, slug: str, number: int, *, at: datetime, official: ActingOfficial
) -> None:
    """Give a proposal up; a confirmed award stays. Raises ProblemsFound, NotFound. The caller commits."""
    award = award_by_number(session, slug, number, lock=True)
    if award.state != PROPOSED:
        raise ProblemsFound([Problem("", _("已经确认或撤回。"))])
    award.state = WITHDRAWN
    journal(
        session, at=at, actor=official.name, act="withdraw_award", subject=f"{slug}/award-{number}"
    )  # fmt: skip


def award_by_number(session: Session, slug: str, number: int, *, lock: bool = False) -> Award:
    """One award of a campaign. Raises NotFound."""
    campaign = campaign_by_slug(session, slug, lock=lock)
    query = select(Award).where(Award.campaign_id == campaign.id, Award.number == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    award = session.scalar(query)
    if award is None:
        raise NotFound(_("没有第 %(n)s 号表彰。", n=number))
    return award


def awards_of(session: Session, campaign: Campaign) -> Sequence[Award]:
    """All of a campaign, the latest first."""
    return session.scalars(
        select(Award).where(Award.campaign_id == campaign.id).order_by(Award.number.desc())
    ).all()


def awarded_among(session: Session, campaign_ids: Collection[int]) -> Collection[int]:
    """Of these campaigns, those in which somebody is awarded."""
    query = select(Award.campaign_id).where(Award.campaign_id.in_(campaign_ids), Award.state == CONFIRMED)
    return session.scalars(query.distinct()).all()


def document_of(award: Award) -> dict[str, Any]:
    """What was proposed, and stays."""
    document: dict[str, Any] = json.loads(award.document)
    return document


def texts_of(award: Award) -> Texts:
    """The words of it."""
    kept = document_of(award)
    return Texts(
        kept["honour"],
        kept["citation"],
        kept["decision"],
        kept["thanks"],
        date.fromisoformat(kept["dated"]),
    )


def _locked(session: Session, slug: str, notice: int) -> ListStanding:
    """The list, that nobody changes meanwhile: notices before the campaign, as publishing and leaving lock them. Read anew once
    both are held; somebody may have left while we waited for the second."""
    list_of(session, slug, notice, lock=True)
    campaign_by_slug(session, slug, lock=True)
    return list_of(session, slug, notice)


def blanks_of(document: Mapping[str, Any], person: Mapping[str, Any] | None = None) -> dict[str, str]:
    """What the blanks of its texts are filled with."""
    title = document["title"]
    blanks = {
        "称号": document["honour"],
        "活动": title if title.endswith("活动") else f"{title}活动",
        "主办": document["organiser"],
    }
    if person is not None:
        blanks |= {"姓名": person["name"], "单位": person["organisation"]}
    return blanks


def _issue(session: Session, award: Award) -> None:
    last = session.scalar(
        select(func.max(Certificate.ordinal)).where(Certificate.campaign_id == award.campaign_id)
    )
    session.add_all(
        Certificate(
            code="".join(secrets.choice(_ALPHABET) for _sign in range(CODE_LENGTH)),
            campaign_id=award.campaign_id,
            award_id=award.id,
            ordinal=ordinal,
            candidate_number=person["number"],
            name=person["name"],
            organisation=person["organisation"],
        )
        for ordinal, person in enumerate(document_of(award)["people"], start=(last or 0) + 1)
    )
    session.flush()
