"""What keeps a notice's text from being published: each problem with where it is and what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.candidates.models import Candidate, Departure
from voting_service.candidates.personal_data import contact_data_in, holds_id_card
from voting_service.candidates.queries import roster
from voting_service.errors import Problem
from voting_service.text import Text, _

from .drafting import NoticeText, Office, Person, shape_problems
from .models import DRAFT, Notice

_PHONE = re.compile(r"(\+?[\d() \-—–]{3,24})(?:\s*(?:转|分机|#)\s*\d{1,6})?\s*(?:\([^()]{1,20}\))?")
"""Number, extension, and hours behind it."""
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")
_POSTCODE = re.compile(r"\d{6}")
_LONGEST_PHONE = 14
"""Digits of country, area and number."""


CompareSupplement = Callable[[Session, Notice, NoticeText], list[Problem]]
"""What a supplement's draft says of changes, compared with what was decided: the substitutions room's, which is above this
one."""


def text_problems(session: Session, notice: Notice, text: NoticeText) -> list[Problem]:
    """All of them."""
    return [
        *shape_problems(text, notice.title, notice.level),
        *_people_problems(session, notice, text),
        *_office_problems(text),
        *_supplement_problems(session, notice, text),
        *_personal_data(notice.title, text),
    ]


def _people_problems(session: Session, notice: Notice, text: NoticeText) -> Iterator[Problem]:
    # A supplement may tell of a place that stays empty.
    if not text.people and not text.changes:
        yield Problem("people", _("名单上还没有人，请填写候选人编号。"))
    if not any(paragraph.strip() for paragraph in text.lead):
        yield Problem("lead", _("正文是空的，请写明公示什么、向谁反映。"))
    known = {one.number: one for one in roster(session, notice.campaign_id)}
    gone = _departed(session, notice.campaign_id)
    for person in text.people:
        candidate = known.get(person.number)
        where = f"deeds-{person.number}"
        if candidate is None:
            yield Problem("people", _("名单上没有 %(number)s 号候选人。", number=person.number))
        elif (candidate.name, candidate.organisation, candidate.title) != _named(person):
            yield Problem(where, _("%(number)s 号的姓名、单位或职务与候选名单不一致。", number=person.number),
                          _("请打开草稿重新保存一次，名单会按候选名单更新。"))  # fmt: skip
        if person.number in gone:
            yield Problem("people", _("%(number)s 号 %(name)s 已经退出评选。", number=person.number, name=person.name),
                          _("请从名单中删去。"))  # fmt: skip
    listed = {person.number for person in text.people}
    for number in text.reserve:
        if number in listed:
            yield Problem("reserve", _("%(number)s 号既在公示名单上，又在递补名单上。", number=number))
        elif number not in known:
            yield Problem("reserve", _("名单上没有 %(number)s 号候选人。", number=number))


def _named(person: Person) -> tuple[str, str, str]:
    return person.name, person.organisation, person.title


def _departed(session: Session, campaign_id: int) -> set[int]:
    query = select(Candidate.number).join(Departure).where(Candidate.campaign_id == campaign_id)
    return set(session.scalars(query))


def _office_problems(text: NoticeText) -> Iterator[Problem]:
    if not text.offices:
        yield Problem("offices", _("没有受理部门，群众不知道向谁反映。"), _("请填写受理部门和联系方式。"))
    for place, office in enumerate(text.offices, 1):
        if not office.department.strip():
            yield Problem("offices", _("第 %(n)s 个受理部门没有名称。", n=place))
        if not (office.phone or office.email or office.address):
            yield Problem("offices", _("第 %(n)s 个受理部门没有电话、邮箱和地址，至少写一项。", n=place))
        yield from _reach_problems(place, office)


def _reach_problems(place: int, office: Office) -> Iterator[Problem]:
    """Fields in which anything could stand would be looked through by nobody."""
    if not all(_is_phone(one) for one in re.split(r"[、,，;；/]", office.phone) if office.phone):
        yield Problem(f"office-{place}-phone", _("电话的格式不对。"),
                      _("请写成 0000-1234567 转 801 这样；几个号码用顿号隔开。"))  # fmt: skip
    if office.email and not _EMAIL.fullmatch(office.email):
        yield Problem(f"office-{place}-email", _("电子邮箱的格式不对。"), _("请写成 name@example.org 这样。"))
    if office.postcode and not _POSTCODE.fullmatch(office.postcode):
        yield Problem(f"office-{place}-postcode", _("邮编是 6 位数字。"))
    for key in ("phone", "email", "address", "postcode"):
        if holds_id_card(getattr(office, key)):
            yield Problem(f"office-{place}-{key}", _("含有身份证号码。"), _("公告会公开，请删去。"))


def _is_phone(typed: str) -> bool:
    found = _PHONE.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    return found is not None and 3 <= sum(sign.isdecimal() for sign in found[1]) <= _LONGEST_PHONE


def _supplement_problems(session: Session, notice: Notice, text: NoticeText) -> Iterator[Problem]:
    if notice.supplements is None:
        return
    original = session.get_one(Notice, notice.supplements)
    if original.campaign_id != notice.campaign_id or original.state == DRAFT:
        yield Problem("supplements", _("补充公告所补充的公告还没有发布。"))
    if not text.changes:
        yield Problem("changes", _("补充公告没有写明有什么变动。"))
    # Whoever is on a list got there by decisions of the committee, and by no other way.
    if [one.number for one in text.people] != text.successors:
        yield Problem("people", _("补充公告的名单只能是递补的人选，一个不多，一个不少。"),
                      _("请到“名单变动和递补”重新起草补充公示。"))  # fmt: skip
    if text.reserve:
        yield Problem("reserve", _("补充公告没有自己的递补名单。"))


def _personal_data(title: str, text: NoticeText) -> Iterator[Problem]:
    """An office's own number stands in its fields, where only its shape is asked for; anywhere else it is somebody's."""
    remedy = _("公告会公开，请删去。受理部门的联系方式写在受理部门一栏。")
    yield from _found("title", title, remedy)
    for place, paragraph in enumerate(text.lead, 1):
        yield from _found(f"lead-{place}", paragraph, remedy)
    for place, paragraph in enumerate(text.closing, 1):
        yield from _found(f"closing-{place}", paragraph, remedy)
    for person in text.people:
        for what, value in (("name", person.name), ("organisation", person.organisation),
                            ("title", person.title), ("deeds", person.deeds)):  # fmt: skip
            yield from _found(f"{what}-{person.number}", value, _("公告会公开，请删去。"))
    for change in text.changes:
        yield from _found(f"change-{change.number}", f"{change.name}\n{change.reason}", remedy)
    for place, office in enumerate(text.offices, 1):
        yield from _found(f"office-{place}", f"{office.department}\n{office.accepts}\n{office.name}", remedy)


def _found(where: str, text: str, remedy: Text) -> Iterator[Problem]:
    if kind := contact_data_in(text):
        yield Problem(where, kind, remedy)
