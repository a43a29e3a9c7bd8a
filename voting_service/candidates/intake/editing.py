"""The plain parts of a campaign in a form: read by the folder's own checks, written by the import's own verb, so that what
voting has frozen is refused in the same words. Categories, plan and candidates come from the folder alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...campaigns.declaration import UNLIMITED, read_values
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...campaigns.rules import BallotRules
from ...campaigns.toml_table import TomlTable
from ...encryption import Keyring
from ...errors import Problem, ProblemsFound
from ...text import Text, _
from ..importing import Imported, import_read, stored_read
from ..reading import check_numbers

LIMITS = ("ballots_per_day", "ballots_total", "same_candidate_per_day")
FIELDS = (
    "title", "organiser", "description", "opens_at", "closes_at", "hours_from", "hours_to", "min_choices", "max_choices",
    *LIMITS, "counts", "counts_at", *(f"contact_{key}" for key in ("department", "name", "phone", "email", "address", "postcode")),
)  # fmt: skip
CONTACT_FIELDS = tuple(field for field in FIELDS if field.startswith("contact_"))
"""Whom to turn to; where a campaign has several offices, they come from the folder."""
FIELD_WORDS: Mapping[str, Text] = {
    "min_choices": _("每票至少选几人"), "max_choices": _("每票至多选几人"), "ballots_per_day": _("每人每天可投几次"),
    "ballots_total": _("每人全程可投几次"), "same_candidate_per_day": _("每天给同一候选人可投几次"),
}  # fmt: skip
FROZEN_FIELDS = tuple(field for field in FIELDS if field not in ("description", *CONTACT_FIELDS))
"""What nobody changes once voting has begun."""


def form_of(campaign: Campaign) -> dict[str, str]:
    """What the form's fields hold, times local."""
    rules = campaign.rules
    first, last = rules.daily_hours or ("", "")
    words = rules.counts.split()
    contact = campaign.plan.get("publicity", {}).get("contact", {})
    return {
        "title": campaign.title, "organiser": campaign.organiser, "description": campaign.description,
        "opens_at": _local(rules, rules.opens_at), "closes_at": _local(rules, rules.closes_at),
        "hours_from": first, "hours_to": last, "min_choices": str(rules.min_choices),
        "max_choices": str(rules.max_choices), "counts": words[0], "counts_at": words[1] if len(words) > 1 else "",
        **{name: str(getattr(rules, name) or "") for name in LIMITS},
        **{field: str(contact.get(field.removeprefix("contact_"), "")) for field in CONTACT_FIELDS},
    }  # fmt: skip


def edit_campaign(
    session: Session, slug: str, typed: Mapping[str, str], *, seen: int, at: datetime, official: ActingOfficial,
    keyring: Keyring,
) -> Imported:  # fmt: skip
    """Make the campaign as the form says. ``seen``: the version that the form was filled from. Raises ProblemsFound with
    everything, each at its field, and NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    standing = stored_read(session, campaign)
    # What a browser does not send of fields that it may not change is as it was.
    wanted = {**form_of(campaign), **{name: value.strip() for name, value in typed.items() if name in FIELDS}}
    values, problems = _values(campaign, wanted)
    read = read_values(values, campaign.rules.timezone)
    plan = _plan(standing.declaration.plan, wanted, problems)
    known = {one.where for one in problems}
    problems += [one for one in map(_at_field, read.problems) if one.where not in known]
    if read.declaration is not None:
        declaration = replace(read.declaration, plan=plan)
        numbers: list[Problem] = []
        list(check_numbers(declaration, standing.rows, numbers))
        problems += [one for one in map(_at_field, numbers) if one.where not in known]
    if problems or read.declaration is None:
        raise ProblemsFound(problems)
    changed = replace(standing, declaration=declaration)
    return import_read(
        session, changed, at=at, actor=official.name, keyring=keyring, act="campaign.edit", seen=seen
    )


def _plan(standing: Mapping[str, Any], wanted: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    """The plan with the contact that the form holds; all else as it stands."""
    publicity = standing.get("publicity", {})
    if publicity.get("offices"):
        return dict(standing)
    typed = {field.removeprefix("contact_"): wanted[field] for field in CONTACT_FIELDS}
    found: list[Problem] = []
    table = TomlTable(typed, "", found)
    contact = {key: text for key in typed if (text := table.text(key, 200))}
    problems += [replace(one, where=f"contact_{one.where.rpartition(' ')[2]}") for one in found]
    if contact == publicity.get("contact", {}):
        return dict(standing)
    return {**standing, "publicity": {**publicity, "contact": contact}}


def _values(campaign: Campaign, wanted: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """The form in the folder's own form, and what only a form can get wrong."""
    rules, problems = campaign.rules, list[Problem]()
    voting: dict[str, Any] = {
        "identities": list(rules.identities),
        "opens_at": _moment(rules, rules.opens_at, wanted["opens_at"]),
        "closes_at": _moment(rules, rules.closes_at, wanted["closes_at"]),
        "counts": f"daily {wanted['counts_at']}" if wanted["counts"] == "daily" else wanted["counts"],
    }
    for name in ("min_choices", "max_choices", *LIMITS):
        text = wanted[name]
        if not text and name in LIMITS:
            voting[name] = UNLIMITED
        elif text.isdecimal() and text.isascii() and len(text) < 10:
            voting[name] = int(text)
        else:
            problems.append(Problem(name, _("请填整数。")))
            voting[name] = getattr(rules, name) or UNLIMITED
    for name in ("opens_at", "closes_at"):
        if not wanted[name]:
            problems.append(Problem(name, _("请填日期和钟点。")))
    if wanted["hours_from"] or wanted["hours_to"]:
        voting["daily_hours"] = [wanted["hours_from"][:5], wanted["hours_to"][:5]]
    problems += _order_problems(voting, wanted)
    categories = [
        {"key": one.key, "name": one.name, **{
            key: limit for key, limit in (("min_choices", one.min_choices), ("max_choices", one.max_choices)) if limit is not None
        }}
        for one in rules.categories
    ]  # fmt: skip
    texts = {name: wanted[name].replace("\r\n", "\n") for name in ("title", "organiser", "description")}
    return {"slug": campaign.slug, **texts, "voting": voting, "category": categories}, problems


def _order_problems(voting: Mapping[str, Any], wanted: Mapping[str, str]) -> list[Problem]:
    """What the file's checks would say with the file's own words for the fields."""
    problems = []
    pairs = (
        ("max_choices", "min_choices", _("不能小于“每票至少选几人”。")),
        ("ballots_total", "ballots_per_day", _("不能小于“每人每天可投几次”。")),
        ("ballots_per_day", "same_candidate_per_day", _("不能小于“每天给同一候选人可投几次”。")),
    )
    for larger, smaller, sentence in pairs:
        high, low = voting[larger], voting[smaller]
        if isinstance(high, int) and isinstance(low, int) and high < low:
            problems.append(Problem(larger, sentence))
    if "" not in (wanted["opens_at"], wanted["closes_at"]) and wanted["closes_at"] <= wanted["opens_at"]:
        problems.append(Problem("closes_at", _("必须晚于开始时间。")))
    return problems


def _at_field(problem: Problem) -> Problem:
    """At the form's field, without the file's name."""
    name = problem.where.rpartition(" ")[2].removeprefix("voting.")
    field = {"daily_hours": "hours_from", "category": ""}.get(name.partition("[")[0], name)
    if name == "counts":
        return Problem("counts_at", _("请填每天几时更新，例如 18:00。"))
    if name == "daily_hours":
        remedy = _("当天结束写作 24:00；不能跨过半夜。")
        return Problem(
            field, _("每天开放的钟点看不懂，或者前后颠倒，或者投票期间没有一刻在这个时段里。"), remedy
        )
    return replace(problem, where=field if field in FIELDS else "")


def _local(rules: BallotRules, moment: datetime) -> str:
    return moment.astimezone(rules.zone).strftime("%Y-%m-%dT%H:%M")


def _moment(rules: BallotRules, standing: datetime, typed: str) -> str:
    """As typed; to the second where it is what stands already, since the field shows minutes alone."""
    return standing.isoformat() if typed == _local(rules, standing) else typed
