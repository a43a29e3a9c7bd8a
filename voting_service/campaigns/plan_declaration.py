"""The part of ``campaign.toml`` that later steps read: assessment, composition, publicity, as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ..text import _
from ..workdays.schedule import FirstDay, Letters, WindowTerms
from .assessment_declaration import read_scoring
from .rules import CategoryRule
from .toml_table import TomlTable, listed

WEIGHTS = ("deeds", "social_response", "online_votes")
CONTACT = ("department", "name", "phone", "email", "address", "postcode")
GENDERS = ("男", "女")
MOST_WORKDAYS = 60
MOST_OFFICES = 10
WORTHS = ("answered", "examined", "refused")
KINDS = ("named", "unit", "anonymous")
DECIDE_WITHIN, REPLY_WITHIN = 2, 10
"""Working days, where the file does not say: to accept or decline an objection, and to rule upon it."""

_TESTS = {
    "gender": ("equals",),
    "age": ("under", "at_least"),
    "category": ("equals",),
    "front_line": (),
    "organisation": (),
}
"""What a rule may ask of each field; at most so many per group is ``max_each``."""
_GROUPS = ("organisation", "category")


def read_plan(top: TomlTable, categories: Sequence[CategoryRule], zone_name: str) -> dict[str, Any]:
    """``{"assessment": {…}, "composition": […], "publicity": {…}}``, and ``committee`` where it is written; what the file
    leaves out is absent, but for ``publicity.workdays``."""
    plan: dict[str, Any] = {
        "assessment": _assessment(top.table("assessment"), zone_name),
        "composition": [_composition(table, categories) for table in top.tables("composition")],
        "publicity": _publicity(top.table("publicity")),
    }
    if committee := _committee(top.table("committee")):
        plan["committee"] = committee
    return plan


def _committee(table: TomlTable) -> dict[str, str]:
    found = {key: part for key in ("present", "agree") if (part := _part(table, key)) is not None}
    table.finish()
    return found


def _part(table: TomlTable, key: str) -> str | None:
    text = table.text(key, 10)
    if not text:
        return None
    above, _bar, below = text.partition("/")
    if not (above.isdecimal() and below.isdecimal()) or not 0 < int(above) < int(below):
        table.problem(key, _('应当是 0 与 1 之间的分数，写作 "2/3"。'))
        return None
    return text


def _assessment(table: TomlTable, zone_name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ("seats", "reserve"):
        number = table.integer(key, 1 if key == "seats" else 0, 100_000)
        if number is not None:
            found[key] = number
    if table.get("weights") is not None:
        weights = table.table("weights")
        parts = {key: _percent(weights, key, default=0) for key in WEIGHTS}
        weights.finish()
        total = sum(part for part in parts.values() if part is not None)
        # A hundredth is the finest that a notice states; floats do not add up more exactly than that.
        if None not in parts.values() and round(total, 2) != 100:
            table.problem("weights", _("各项合计是 %(total)s%%，必须是 100%%。", total=f"{total:g}"))
        found["weights"] = parts
    found |= read_scoring(table, zone_name)
    table.finish()
    return found


def _composition(table: TomlTable, categories: Sequence[CategoryRule]) -> dict[str, Any]:
    field = table.one_of("field", tuple(_TESTS), required=True)
    rule: dict[str, Any] = {"name": table.text("name", 80, required=True), "field": field}
    each = table.get("max_each") is not None or field == "organisation"
    rule |= _most_of_each(table, field) if each else _share(table, field, categories)
    as_of = _date(table, "as_of")
    if as_of is not None:
        rule["as_of"] = as_of
    table.finish()
    return rule


def _most_of_each(table: TomlTable, field: str | None) -> dict[str, Any]:
    """At most so many per unit or category: a number, and no percentage beside it."""
    groups = field is None or field in _GROUPS
    if not groups:
        table.problem("max_each", _("“每组至多”只用于 %(fields)s。", fields=listed(_GROUPS)))
    for key in ("equals", "under", "at_least", "min_percent", "max_percent"):
        if table.get(key) is not None and groups:
            table.problem(
                key, _("写了 max_each 或 organisation，就不能再写这一项；另写一条 [[composition]]。")
            )
    return {"max_each": table.integer("max_each", 1, 100_000, required=True)}


def _share(table: TomlTable, field: str | None, categories: Sequence[CategoryRule]) -> dict[str, Any]:
    """At least or at most so many per cent fit."""
    rule: dict[str, Any] = {}
    tests = _TESTS.get(field or "", ("equals", "under", "at_least"))
    given = [key for key in ("equals", "under", "at_least") if table.get(key) is not None]
    if field is not None and not tests:
        for key in given:
            table.problem(key, _("%(field)s 不用写条件。", field=field))
    elif field is not None and (len(given) != 1 or given[0] not in tests):
        table.problem("field", _("%(field)s 要配一个条件：%(tests)s。", field=field, tests=listed(tests)))
    elif field == "age":
        rule[given[0]] = table.integer(given[0], 1, 120)
    elif field is not None:
        words = GENDERS if field == "gender" else tuple(category.key for category in categories)
        rule["equals"] = table.one_of("equals", words)
    given = [key for key in ("min_percent", "max_percent") if table.get(key) is not None]
    bounds = {key: _percent(table, key) for key in given}
    if not bounds:
        table.problem("min_percent", _("要写明至少（min_percent）或至多（max_percent）占百分之几。"))
    return {**rule, **bounds}


def _publicity(table: TomlTable) -> dict[str, Any]:
    workdays = table.integer("workdays", 1, MOST_WORKDAYS, default=WindowTerms.workdays)
    found: dict[str, Any] = {"workdays": workdays}
    for key, choices in (("first_day", tuple(FirstDay)), ("letters", tuple(Letters))):
        if (chosen := table.one_of(key, choices)) is not None:
            found[key] = chosen
    accepted = table.integer("acceptance_workdays", 1, MOST_WORKDAYS)
    if accepted is not None:
        found["acceptance_workdays"] = accepted
        if accepted < (workdays or 0):
            table.problem(
                "acceptance_workdays",
                _("是 %(n)s，少于公示的 %(workdays)s 个工作日；异议至少要受理到公示期满。", n=accepted, workdays=workdays),
            )  # fmt: skip
    contact = table.table("contact")
    found["contact"] = {key: text for key in CONTACT if (text := contact.text(key, 200))}
    contact.finish()
    offices = [_office(one) for one in table.tables("offices")]
    if offices:
        found["offices"] = offices
    if len(offices) > MOST_OFFICES:
        table.problem("offices", _("最多 %(most)s 个受理部门。", most=MOST_OFFICES))
    if objections := _objections(table.table("objections")):
        found["objections"] = objections
    if (stand := table.one_of("ballots_of_disqualified", ("stand", "void"))) is not None:
        found["ballots_of_disqualified"] = stand
    table.finish()
    return found


def _office(table: TomlTable) -> dict[str, str]:
    office = {key: table.text(key, 200, required=key == "department") for key in ("accepts", *CONTACT)}
    if not any(office[key] for key in ("phone", "email", "address")):
        table.problem("phone", _("电话、邮箱（email）、地址（address）至少写一项。"))
    table.finish()
    return {key: text for key, text in office.items() if text}


def _objections(table: TomlTable) -> dict[str, Any]:
    found: dict[str, Any] = {
        kind: worth for kind in KINDS if (worth := table.one_of(kind, WORTHS)) is not None
    }
    if all(found.get(kind) == "refused" for kind in KINDS):
        table.problem("named", _("三种异议不能都是 refused，否则没有人能提出异议。"))
    for key in ("decide_within_workdays", "reply_within_workdays"):
        if (days := table.integer(key, 1, MOST_WORKDAYS)) is not None:
            found[key] = days
    decide = found.get("decide_within_workdays", DECIDE_WITHIN)
    reply = found.get("reply_within_workdays", REPLY_WITHIN)
    if reply < decide:
        table.problem("reply_within_workdays", _("不能少于 decide_within_workdays（%(n)s）。", n=decide))
    table.finish()
    return found


def _percent(table: TomlTable, key: str, *, default: int | None = None) -> int | float | None:
    value = table.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        table.problem(key, _("应当是 0 到 100 之间的数，不加引号和百分号。"))
        return None
    return value


def _date(table: TomlTable, key: str) -> str | None:
    value = table.get(key)
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            value = False
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if value is not None:
        table.problem(key, _("应当是日期，例如 2026-04-07。"))
    return None
