"""A campaign as it stands → the text of a ``campaign.toml`` that declares exactly it: the way back from ``declaration``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from ..text import Text, _
from .declaration import UNLIMITED, Declaration
from .rules import BallotRules
from .toml_writing import written_toml

LIMITS = ("ballots_per_day", "ballots_total", "same_candidate_per_day")
_ORDER = ("assessment", "composition", "committee", "publicity", "gate")

NOTES: Mapping[str, Text] = {
    "slug": _("网址里的名字；投票开始后不能再改。"),
    "title": _("页面和分享卡片上的标题。"),
    "organiser": _("主办单位。"),
    "description": _("活动介绍，用 Markdown 书写，空一行就是另起一段。"),
    "category": _("组别：key 是候选人表“组别”一栏的写法，name 是页面上的写法；按这里的先后显示。"),
    "voting": _("投票规则。时间后面的 +08:00 是北京时间。"),
    "voting.daily_hours": _("每天可以投票的钟点；不写就是全天。"),
    "voting.min_choices": _("一张选票至少、至多选几人。"),
    "voting.ballots_per_day": _('每人每天、全程可投几次，每天给同一候选人可投几次；"unlimited" 是不限。'),
    "voting.identities": _(
        "按什么识别投票人：wechat 微信，device 浏览器，code 投票码，member 会员编号加投票码。"
    ),
    "voting.counts": _("投票期间怎样显示票数：live 实时，hidden 不显示，daily 18:00 每天更新一次。"),
    "assessment": _("评定：名额、各项权重（合计 100）、得分相同时依次看哪几项。"),
    "composition": _("结构比例要求，一条一节。"),
    "committee": _("评委会表决：几分之几到会、几分之几同意。"),
    "publicity": _("公示和异议。"),
    "publicity.contact": _("公示期间向谁反映情况；投票开始后仍可以改。"),
    "publicity.offices": _("几个受理部门，各管一类问题。"),
    "gate": _("风控设置；不写的用默认值。"),
}
"""What stands above a key, in few words; the folder to fill in explains more."""


def declaration_text(declaration: Declaration, changed_since: Iterable[Text] = ()) -> str:
    """The file. Reading it in the same time zone gives the same declaration. ``changed_since``: remarks on the gate's
    settings, one a line."""
    notes = {path: str(note) for path, note in NOTES.items()}
    notes["gate"] = "\n".join([notes["gate"], *map(str, changed_since)])
    return written_toml(_values(declaration), notes)


def _values(declaration: Declaration) -> dict[str, Any]:
    values = {
        "slug": declaration.slug,
        "title": declaration.title,
        "organiser": declaration.organiser,
        "description": declaration.description,
        "voting": _voting(declaration.rules),
        "category": [_without_nothing(asdict(one)) for one in declaration.rules.categories],
    }
    plan = {key: declaration.plan[key] for key in _ORDER if key in declaration.plan}
    # A part that this list does not know is written all the same: what is left out would be lost on the way back.
    plan |= {key: part for key, part in declaration.plan.items() if key not in plan}
    return _without_nothing(values | _plan(plan, declaration.rules))


def _voting(rules: BallotRules) -> dict[str, Any]:
    plain = rules.to_json()
    voting: dict[str, Any] = {
        key: plain[key] for key in ("opens_at", "closes_at", "daily_hours", "min_choices", "max_choices")
    }
    # As the database keeps them: to the millisecond.
    voting |= {key: _local(plain[key], rules) for key in ("opens_at", "closes_at")}
    voting |= {key: UNLIMITED if plain[key] is None else plain[key] for key in LIMITS}
    return voting | {"identities": plain["identities"], "counts": plain["counts"]}


def _plan(plan: Mapping[str, Any], rules: BallotRules) -> dict[str, Any]:
    """The plan with its days and times as TOML's own."""
    found = dict(plan)
    if due := plan.get("assessment", {}).get("scores_due"):
        found["assessment"] = {**plan["assessment"], "scores_due": _local(due, rules)}
    found["composition"] = [_dated(rule) for rule in plan.get("composition", ())]
    return found


def _dated(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {**rule, "as_of": date.fromisoformat(rule["as_of"])} if "as_of" in rule else dict(rule)


def _local(text: str, rules: BallotRules) -> datetime:
    return datetime.fromisoformat(text).astimezone(rules.zone)


def _without_nothing(value: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not declared: None, and tables and lists with nothing in them."""
    kept: dict[str, Any] = {}
    for key, one in value.items():
        inner = _without_nothing(one) if isinstance(one, Mapping) else one
        if inner is not None and inner not in ({}, []):
            kept[key] = inner
    return kept
