"""Everything that opening freezes, in words, for the last look before it; and what may still be changed afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from anti_fraud.policy import DEFAULT, FIELDS, Policy

from ..campaigns.gate_policies import flat
from ..campaigns.models import Campaign
from ..campaigns.plan_texts import Line, assessment_texts, composition_texts, office_texts, publicity_texts
from ..campaigns.rule_texts import departure_text, rule_texts
from ..candidates.models import Candidate
from ..committee.quorum import quorum_of
from ..text import Text, _, enumerated


class Part(NamedTuple):
    """Lines under a heading."""

    heading: Text
    lines: Sequence[Line]
    nothing: Text | None = None
    """What to say where there are none."""


class LastLook(NamedTuple):
    """Before opening."""

    frozen: tuple[Part, ...]
    open: tuple[Part, ...]
    """What stays changeable, as it stands."""


def last_look(campaign: Campaign, people: Sequence[Candidate], policy: Policy, now: datetime) -> LastLook:
    """As the campaign stands. ``people``: those who may be chosen."""
    rules, plan = campaign.rules, campaign.plan
    today = now.astimezone(rules.zone).date()
    frozen = (
        Part(_("选票"), rule_texts(rules)),
        Part(_("候选名单"), [*_groups(campaign, people)]),
        Part(_("综合评定"), assessment_texts(plan, rules)),
        Part(_("结构比例"), composition_texts(plan, rules, today), _("没有要求。")),
        Part(_("评委会表决"), [*_committee(campaign)]),
        Part(_("公示和异议"), publicity_texts(plan)),
        Part(_("候选人退出或取消资格"), [departure_text(plan)]),
    )
    still = (
        Part(_("受理部门"), office_texts(plan), _("没有写。")),
        Part(_("风控设置"), [*_gate(policy)]),
    )
    return LastLook(frozen, still)


def _groups(campaign: Campaign, people: Sequence[Candidate]) -> Iterator[Line]:
    yield _("共有"), _("%(n)s 名，编号、姓名、单位、组别同规则一起写入公开的透明日志。", n=len(people))
    sizes = Counter(one.category.key for one in people if one.category)
    groups = campaign.rules.categories
    if told := enumerated(_("%(name)s %(n)s 名", name=one.name, n=sizes[one.key]) for one in groups):
        yield _("各组别"), told


def _committee(campaign: Campaign) -> Iterator[Line]:
    rule = quorum_of(campaign.plan)
    yield _("到会"), _("评委的 %(part)s 以上到会才能表决。", part=rule.present)
    yield _("通过"), _("到会评委超过 %(part)s 同意才算通过。", part=rule.agree)


def _gate(policy: Policy) -> Iterator[Line]:
    yield _("证据"), _("投票结束 %(n)s 天后删除。", n=policy.retention_days)
    usual, standing = flat(DEFAULT.to_json()), flat(policy.to_json())
    changed = [
        name for name, value in standing.items() if usual.get(name) != value and name != "retention_days"
    ]
    if not changed:
        yield _("其余"), _("都是默认设置。")
    for name in changed:
        meaning = FIELDS[name].chinese if name in FIELDS else ""
        told = _(
            "%(value)s（默认 %(usual)s）。%(meaning)s",
            value=standing[name],
            usual=usual.get(name),
            meaning=meaning,
        )
        yield name, told
    for kiosk in policy.kiosks.values():
        yield _("投票机"), _("%(name)s，每小时至多 %(n)s 票。", name=kiosk.name, n=kiosk.ballots_per_hour)
