"""What a campaign's plan says of the time after voting, in words: assessment, composition, publicity. As the rules page has it
for the ballot (``rule_texts``); for officials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from ..clock import spoken_in_full
from ..text import Text, _, enumerated
from ..workdays.schedule import FirstDay, Letters, WindowTerms
from .composition import rules_of
from .composition_words import demand_text
from .criteria_words import HIGHEST, NORMALISATION_WORDS, SHORTHAND, SOURCE_WORDS
from .plan_declaration import CONTACT, DECIDE_WITHIN, KINDS, REPLY_WITHIN
from .rules import BallotRules

Line = tuple[Text | str, Text | str]
"""Term and text; a string is what somebody declared."""

_KIND_WORDS: Mapping[str, Text] = {"named": _("实名异议"), "unit": _("单位异议"), "anonymous": _("匿名异议")}
_WORTH_WORDS: Mapping[str, Text] = {
    "answered": _("受理、查核，书面答复"),
    "examined": _("有可核查线索的予以查核，不单独答复"),
    "refused": _("不予受理"),
}
_WORTHS = {"named": "answered", "unit": "answered", "anonymous": "examined"}
"""Where the file does not say."""
_FIRST_DAY_WORDS: Mapping[FirstDay, Text] = {
    FirstDay.BY_HOUR: _("上班以前发布的，当日算第一天；以后发布的，从下一个工作日算起。"),
    FirstDay.COUNTED: _("发布当日是工作日的，算第一天。"),
    FirstDay.NEXT: _("从发布后的下一个工作日算起。"),
}
_LETTER_WORDS: Mapping[Letters, Text] = {
    Letters.SENT: _("以寄出地邮戳日期为准。"),
    Letters.ARRIVED: _("以到达地邮戳日期为准。"),
}


def assessment_texts(plan: Mapping[str, Any], rules: BallotRules) -> list[Line]:
    """Seats, what is weighed and how it becomes points, ties, until when judges score."""
    declared = plan.get("assessment", {})
    seats, reserve = declared.get("seats"), declared.get("reserve")
    lines: list[Line] = [
        (_("名额"), _("%(n)s 名。", n=seats) if seats else _("没有写。")),
        *([(_("递补"), _("%(n)s 名。", n=reserve))] if reserve is not None else []),
        *_criteria(declared),
        (_("得分相同时"), _ties(declared)),
    ]
    if due := declared.get("scores_due"):
        moment = spoken_in_full(datetime.fromisoformat(due).astimezone(rules.zone))
        lines.append((_("评分截止"), moment))
    return lines


def composition_texts(plan: Mapping[str, Any], rules: BallotRules, today: date) -> list[Line]:
    """Each rule: its name, and what it demands."""
    names = {one.key: one.name for one in rules.categories}
    found: list[Line] = []
    for plain, rule in zip(plan.get("composition", ()), rules_of(plan, today=today), strict=True):
        told = _("%(what)s。", what=demand_text(rule, names))
        if rule.field == "age" and "as_of" not in plain:
            told = _("%(what)s（没有写按哪一天算，到时按拟定名单的当天算。）", what=told)
        found.append((rule.name, told))
    return found


def publicity_texts(plan: Mapping[str, Any]) -> list[Line]:
    """How long, from when, what objections are worth and by when they are answered."""
    publicity = plan.get("publicity", {})
    terms, objections = WindowTerms.from_plan(publicity), publicity.get("objections", {})
    accepted = terms.acceptance_workdays or terms.workdays
    lines = [
        (_("公示期"), _("%(n)s 个工作日。", n=terms.workdays)),
        (_("第一天"), _FIRST_DAY_WORDS[terms.first_day]),
        (_("异议受理"), _("从公示期第一天起 %(n)s 个工作日。", n=accepted)),
    ]
    if terms.letters:
        lines.append((_("信函"), _LETTER_WORDS[terms.letters]))
    for kind in KINDS:
        lines.append((_KIND_WORDS[kind], _WORTH_WORDS[objections.get(kind, _WORTHS[kind])]))
    within = _(
        "收到后 %(decide)s 个工作日内决定是否受理，%(reply)s 个工作日内作出处理决定。",
        decide=objections.get("decide_within_workdays", DECIDE_WITHIN),
        reply=objections.get("reply_within_workdays", REPLY_WITHIN),
    )
    return [*lines, (_("办理期限"), within)]


def office_texts(plan: Mapping[str, Any]) -> list[Line]:
    """Whom to turn to, office by office."""
    publicity = plan.get("publicity", {})
    offices = publicity.get("offices") or ([publicity["contact"]] if publicity.get("contact") else [])
    return [
        (
            _("受理部门"),
            "　".join(office[key] for key in ("accepts", *CONTACT) if office.get(key)),
        )
        for office in offices
    ]


def _criteria(declared: Mapping[str, Any]) -> Iterator[Line]:
    for one in declared.get("criteria", ()):
        yield one["name"], _criterion(one)
    for key, (name, source) in SHORTHAND.items():
        weight = declared.get("weights", {}).get(key)
        if weight and "criteria" not in declared:
            yield name, _criterion({"weight": weight, "source": source})
    if not declared.get("criteria") and not declared.get("weights"):
        yield _("各项权重"), _("没有写。")


def _criterion(one: Mapping[str, Any]) -> Text:
    weight, source = f"{float(one['weight']):g}", SOURCE_WORDS[one["source"]]
    told = _("占 %(weight)s%%，%(points)s", weight=weight, points=source)
    if one["source"] != "judges":
        name, how = NORMALISATION_WORDS[one.get("normalisation", "share_of_top")]
        cap = _("（封顶数 %(cap)s）", cap=one["cap"]) if one.get("cap") else ""
        return _("%(told)s；按%(way)s%(cap)s折算：%(how)s", told=told, way=name, cap=cap, how=how)
    told = _("%(told)s，满分 %(n)s 分", told=told, n=one.get("highest", HIGHEST))
    if one.get("trim"):
        return _("%(told)s，去掉 %(n)s 个最高分和 %(n)s 个最低分。", told=told, n=one["trim"])
    return _("%(told)s。", told=told)


def _ties(declared: Mapping[str, Any]) -> Text:
    names: dict[str, Text] = {
        one["key"]: Text("%(name)s", {"name": one["name"]}) for one in declared.get("criteria", ())
    }
    names = names or {key: name for key, (name, _source) in SHORTHAND.items()}
    order = enumerated(names[key] for key in declared.get("tie_break", ()) if key in names)
    if order is None:
        return _("名次并列。")
    return _("依次比较%(order)s的得分，仍相同的并列。", order=order)
