"""Drafting a notice: what it says as plain values, and the verbs that make and change a draft.

A person's entry is made from the roster through an allow-list of fields. Nothing else of a candidate has a place in these
values, so that no identity number, telephone or birth date can come into a notice from there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.campaigns.models import Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.queries import roster
from voting_service.errors import Problem, ProblemsFound
from voting_service.names import in_quotes, in_title_marks
from voting_service.text import _

from .models import DRAFT, LEVELS, Notice

LONGEST_TITLE = 120
LONGEST_PARAGRAPH = 2000
LONGEST_DEEDS = 500
MOST_PARAGRAPHS = 20

Value = TypeVar("Value", "Person", "Office", "Change")


@dataclass(frozen=True)
class Person:
    """One on the list: all that a notice ever says of a person."""

    number: int
    name: str
    organisation: str
    title: str
    deeds: str
    """Short deeds (简要事迹)."""


@dataclass(frozen=True)
class Office:
    """Who takes objections, and how to reach them."""

    department: str
    accepts: str = ""
    """What it takes: ``反映候选人违纪违法问题``."""
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""


@dataclass(frozen=True)
class Change:
    """What a supplementary notice changes: who leaves, why, and who takes the place."""

    number: int
    name: str
    cause: str
    """One of ``substitutions.models.CAUSES``."""
    reason: str
    successor: int | None
    """A number on the notice's own list; None where the place stays empty."""


@dataclass(frozen=True)
class NoticeText:
    """What a notice says, before its dates are known."""

    lead: tuple[str, ...]
    people: tuple[Person, ...]
    offices: tuple[Office, ...]
    closing: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    reserve: tuple[int, ...] = ()
    """Candidates' numbers, in the order in which they would take a place. Never public."""

    @property
    def successors(self) -> list[int]:
        """Who takes a place by its changes: in a supplementary notice the whole list."""
        return [change.successor for change in self.changes if change.successor is not None]

    def to_json(self) -> str:
        """As ``Notice.draft_json`` has it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> NoticeText:
        """Back from it."""
        plain: dict[str, Any] = json.loads(text)
        return cls(
            lead=tuple(plain["lead"]),
            people=_values(Person, plain["people"]),
            offices=_values(Office, plain["offices"]),
            closing=tuple(plain["closing"]),
            changes=_values(Change, plain["changes"]),
            reserve=tuple(plain["reserve"]),
        )


def _values(kind: type[Value], rows: Sequence[dict[str, Any]]) -> tuple[Value, ...]:
    names = [field.name for field in fields(kind)]
    return tuple(kind(**{name: row[name] for name in names if name in row}) for row in rows)


def people_of(session: Session, campaign: Campaign, numbers: Sequence[int]) -> tuple[Person, ...]:
    """Candidates as a notice lists them, in the order asked for: through the allow-list, with the summary as short deeds.
    Raises ProblemsFound for numbers that are not on the roster or come twice."""
    known = {one.number: one for one in roster(session, campaign.id)}
    problems = [
        Problem("people", _("名单上没有 %(number)s 号候选人。", number=number))
        for number in dict.fromkeys(numbers)
        if number not in known
    ]
    problems += [
        Problem("people", _("%(number)s 号候选人写了不止一次。", number=number))
        for number in dict.fromkeys(numbers)
        if list(numbers).count(number) > 1
    ]
    if problems:
        raise ProblemsFound(problems)
    chosen = [known[number] for number in numbers]
    return tuple(
        Person(one.number, one.name, one.organisation, one.title, " ".join(one.summary.split()))
        for one in chosen
    )


def draft_notice(
    session: Session, slug: str, text: NoticeText, *, title: str, level: str, supplements: Notice | None = None,
    at: datetime, official: ActingOfficial,
) -> Notice:  # fmt: skip
    """Make a draft. Raises NotFound, ProblemsFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    _require(shape_problems(text, title, level))
    last = session.scalar(select(func.max(Notice.number)).where(Notice.campaign_id == campaign.id))
    notice = Notice(
        campaign_id=campaign.id, number=(last or 0) + 1, supplements=supplements.id if supplements else None,
        level=level, title=title.strip(), draft_json=text.to_json(), state=DRAFT, drafted_by=official.id, drafted_at=at,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    journal(session, at=at, actor=official.name, act="draft_notice", subject=f"{slug}/{notice.name}",
            details=_figures(text, level))  # fmt: skip
    return notice


def change_draft(
    session: Session, notice: Notice, text: NoticeText, *, title: str, level: str, at: datetime, official: ActingOfficial
) -> Notice:  # fmt: skip
    """Change what a draft says. The notice is locked by the caller, who commits. Raises ProblemsFound, also where it is
    published already."""
    problems = shape_problems(text, title, level)
    if notice.state != DRAFT:
        problems = [Problem("", _("公告已经发布，内容不能再改。"), _("需要变动的，请发布补充公告。"))]
    _require(problems)
    notice.title, notice.level, notice.draft_json = title.strip(), level, text.to_json()
    journal(session, at=at, actor=official.name, act="change_draft", subject=f"{notice.campaign.slug}/{notice.name}",
            details=_figures(text, level))  # fmt: skip
    return notice


def discard_draft(session: Session, notice: Notice, *, at: datetime, official: ActingOfficial) -> None:
    """Throw a draft away. The notice is locked by the caller, who commits. Raises ProblemsFound where it is published, or
    where it belongs to a substitution."""
    if notice.state != DRAFT:
        _require([Problem("", _("公告已经发布，不能删除。"))])
    if notice.supplements is not None:
        _require([Problem("", _("补充公告的草稿由人选变动产生，不能单独删除，可以修改。"))])
    journal(
        session,
        at=at,
        actor=official.name,
        act="discard_draft",
        subject=f"{notice.campaign.slug}/{notice.name}",
    )
    session.delete(notice)


def shape_problems(text: NoticeText, title: str, level: str) -> list[Problem]:
    """What cannot even be kept as a draft."""
    problems = []
    if not title.strip():
        problems.append(Problem("title", _("请填写标题。")))
    elif len(title.strip()) > LONGEST_TITLE:
        problems.append(Problem("title", _("标题最多 %(most)s 个字。", most=LONGEST_TITLE)))
    if level not in LEVELS:
        problems.append(Problem("level", _("请选择公示层级。")))
    for where, paragraphs in (("lead", text.lead), ("closing", text.closing)):
        if len(paragraphs) > MOST_PARAGRAPHS or any(len(one) > LONGEST_PARAGRAPH for one in paragraphs):
            problems.append(
                Problem(where, _("最多 %(n)s 段，每段最多 %(most)s 个字。", n=MOST_PARAGRAPHS, most=LONGEST_PARAGRAPH))
            )  # fmt: skip
    problems += [
        Problem(f"deeds-{one.number}", _("%(name)s 的简要事迹最多 %(most)s 个字。", name=one.name, most=LONGEST_DEEDS))
        for one in text.people
        if len(one.deeds) > LONGEST_DEEDS
    ]  # fmt: skip
    return problems


def with_people(text: NoticeText, people: Sequence[Person]) -> NoticeText:
    """The same with another list."""
    return replace(text, people=tuple(people))


def _figures(text: NoticeText, level: str) -> dict[str, Any]:
    return {"level": level, "people": [one.number for one in text.people], "reserve": len(text.reserve)}


def _require(problems: list[Problem]) -> None:
    if problems:
        raise ProblemsFound(problems)


# ---- the official wording


def default_text(
    campaign: Campaign, people: Sequence[Person], *, level: str, changes: Sequence[Change] = (),
    original: Notice | None = None, reserve: Sequence[int] = (),
) -> NoticeText:  # fmt: skip
    """The official wording with this campaign's figures, for people to edit. With ``original``, of a supplementary notice."""
    lead = _supplementary_lead(original, changes) if original else _first_lead(campaign, people, level)
    return NoticeText(
        lead=(
            lead,
            str(_("公示期间，任何单位和个人如对公示对象有异议，可以书面、电话、电子邮件或在本公告页面上，向受理部门反映。")),
        ),
        people=tuple(people),
        offices=offices_of(campaign.plan),
        closing=(
            str(_("反映情况应当实事求是，写明具体事实和可以查核的线索。以单位名义反映的，应当加盖公章；"
                  "以个人名义反映的，提倡署真实姓名并留下联系方式，以便核实和答复。")),
            str(_("受理部门对反映人的身份和反映的内容严格保密。")),
        ),
        changes=tuple(changes),
        reserve=tuple(reserve),
    )  # fmt: skip


def _first_lead(campaign: Campaign, people: Sequence[Person], level: str) -> str:
    how = {
        "unit": _("经民主推荐、职工代表大会审议，现将本单位推荐的%(title)s人选 %(n)s 名予以公示，接受职工群众监督。",
                  title=_named(campaign.title), n=len(people)),
        "district": _("经单位推荐、逐级审核，现将%(title)s推荐人选 %(n)s 名予以公示，接受社会监督。",
                      title=_named(campaign.title), n=len(people)),
        "city": _("经推荐申报、资格审核、综合评定，现将%(title)s拟定人选 %(n)s 名予以公示，接受社会监督。",
                  title=_named(campaign.title), n=len(people)),
    }  # fmt: skip
    return str(how[level])


def _supplementary_lead(original: Notice, changes: Sequence[Change]) -> str:
    names = "、".join(change.name for change in changes)
    return str(
        _("《%(title)s》发布后，%(names)s不再列入公示名单。按照递补规则，现将变动后递补的人选予以补充公示，接受社会监督。",
          title=in_title_marks(original.title), names=names)
    )  # fmt: skip


def default_title(campaign: Campaign, level: str, *, original: Notice | None = None) -> str:
    """``关于“…”拟定人选的公示``; ``关于云川市“…”评选拟定人选的公示`` where the title has its own quotation marks."""
    if original is not None:
        return str(_("关于%(title)s递补人选的补充公示", title=_named(campaign.title)))
    what = {"unit": _("单位推荐人选"), "district": _("推荐人选"), "city": _("拟定人选")}[level]
    return str(_("关于%(title)s%(what)s的公示", title=_named(campaign.title), what=what))


def _named(title: str) -> str:
    """A campaign's title inside a sentence: in quotation marks, unless it has some of its own."""
    return title if "“" in title else f"“{in_quotes(title)}”"


def offices_of(plan: Mapping[str, Any]) -> tuple[Office, ...]:
    """The offices that a campaign's plan declares, or its single contact where there are none."""
    publicity = plan.get("publicity", {})
    declared = publicity.get("offices") or [publicity.get("contact") or {}]
    return _values(Office, [{"department": "", **office} for office in declared if office])
