"""A draft's beginning: whom its form asks for, and the official wording about them. Every problem at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from voting_service.campaigns.models import Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import _

from .desk_form import read_numbers
from .drafting import NoticeText, Person, default_text, default_title, people_of
from .models import LEVELS
from .roster_list import roster_lines


def first_text(
    session: Session, slug: str, form: Mapping[str, str], ticked: Sequence[str]
) -> tuple[NoticeText, str, str]:
    """Text, title and level of what the form asks for; ``ticked``: the numbers that were. Raises ProblemsFound, NotFound."""
    campaign, level, problems = campaign_by_slug(session, slug), form.get("level", ""), []
    if level not in LEVELS:
        problems.append(Problem("level", _("请选择公示层级。")))
    reserve, wrong_reserve = read_numbers(form.get("reserve", ""), "reserve")
    numbers, wrong = _chosen(session, campaign, form, ticked, reserve)
    people, unknown = known_people(session, campaign, numbers)
    problems += [*wrong, *unknown, *wrong_reserve, *unknown_reserve(session, campaign, reserve)]
    problems += [
        Problem("reserve", _("%(number)s 号既在公示名单上，又在递补名单上。", number=number))
        for number in dict.fromkeys(reserve)
        if number in numbers
    ]
    if problems:
        raise ProblemsFound(problems)
    return default_text(campaign, people, level=level, reserve=reserve), default_title(campaign, level), level


def known_people(
    session: Session, campaign: Campaign, numbers: Sequence[int]
) -> tuple[tuple[Person, ...], list[Problem]]:
    """These people; none of them, and what is wrong, where a number is not on the roster or comes twice."""
    try:
        return people_of(session, campaign, numbers), []
    except ProblemsFound as found:
        return (), list(found.problems)


def unknown_reserve(session: Session, campaign: Campaign, reserve: Sequence[int]) -> list[Problem]:
    """Numbers that nobody has who could take a place."""
    known = {one.number for one in roster_lines(session, campaign.id)}
    return [
        Problem("reserve", _("名单上没有 %(number)s 号候选人。", number=number))
        for number in dict.fromkeys(reserve)
        if number not in known
    ]


def _chosen(
    session: Session, campaign: Campaign, form: Mapping[str, str], ticked: Sequence[str], reserve: Sequence[int]
) -> tuple[list[int], list[Problem]]:  # fmt: skip
    """Everyone, those who were ticked, or the numbers that were typed, in their order."""
    if form.get("who") == "numbers":
        numbers, wrong = read_numbers(form.get("people", ""), "people")
        empty = [Problem("people", _("请填写要公示的人员的编号。"))]
        return numbers, wrong if numbers or wrong else empty
    if form.get("who") == "ticked":
        numbers = [int(one) for one in ticked if one.isascii() and one.isdecimal() and len(one) < 7]
        return numbers, [] if numbers else [Problem("ticked", _("请勾选要公示的人员。"))]
    return [one.number for one in roster_lines(session, campaign.id) if one.number not in reserve], []
