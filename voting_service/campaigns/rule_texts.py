"""The rules page's lines: every rule that the box enforces, in words, from the same values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from anti_fraud.policy import Policy

from ..clock import spoken_in_full
from ..names import in_quotes
from ..text import Text, _
from ..web.identities import CODE, DEVICE, MEMBER, WECHAT
from .rules import ONE_BALLOT, PAPER, BallotRules, CategoryRule

TermAndText = tuple[Text, Text]

_WAYS: dict[str, Text] = {
    WECHAT: _("在微信中投票，每个微信号按一名投票人计"),
    MEMBER: _("凭会员编号和本人的投票码投票，每名会员按一名投票人计"),
    CODE: _("凭工会发放的投票码投票，一码一票，用过即失效"),
    DEVICE: _("用手机或电脑浏览器打开活动页面投票，每台设备按一名投票人计"),
}
"""How people vote by each identity."""


def rule_texts(rules: BallotRules) -> list[TermAndText]:
    """Term and text, in the order in which people ask."""
    lines = [
        (
            _("投票时间"),
            _("%(first)s 至 %(last)s", first=_local(rules, "opens_at"), last=_local(rules, "closes_at")),
        ),
        (_("每日开放"), _hours(rules)),
        (_("每票可选"), _choices(rules.min_choices, rules.max_choices)),
        (_("投票次数"), _often(rules)),
    ]
    if rules.same_candidate_per_day and (rules.ballots_per_day or 2) > rules.same_candidate_per_day:
        lines.append((_("同一候选人"), _("每人每天最多投 %(n)s 次。", n=rules.same_candidate_per_day)))
    lines += [
        (_("“%(name)s”组", name=in_quotes(c.name)), text) for c in rules.categories if (text := _category(c))
    ]
    lines.append((_("投票方式"), _identities(rules)))
    lines.append((_("票数公布"), _counts(rules)))
    return lines


def ballots_of_disqualified(plan: Mapping[str, Any]) -> Literal["stand", "void"]:
    """What becomes of the ballots that chose somebody who is disqualified: they stand, or are proposed for voiding."""
    return "void" if plan.get("publicity", {}).get("ballots_of_disqualified") == "void" else "stand"


def departure_text(plan: Mapping[str, Any]) -> TermAndText:
    """What happens when a candidate leaves, and to the ballots that chose them, as the campaign's plan has it."""
    if ballots_of_disqualified(plan) == "void":
        disqualified = _(
            "候选人被取消资格的，选了该候选人的选票由评审委员会提出作废，一人提出、另一人确认，决定写入公开的日志；"
            "作废的是整张选票，票上其他候选人的票一并不计。计票结果认定以后不再作废。"
        )
    else:
        disqualified = _(
            "候选人被取消资格的，已投出的选票照旧保留，仍计入选票总数，票上其他候选人的票照常计算；该候选人不再参加排名。"
        )
    gone = _("投票期间有候选人退出、去世或被取消资格的，从登记时起不能再选，页面上会注明。")
    left = _("候选人退出或去世的，已投出的选票照旧保留，票上其他候选人的票照常计算。")
    return _("候选人变动"), _(
        "%(gone)s%(left)s%(disqualified)s", gone=gone, left=left, disqualified=disqualified
    )


def record_texts(policy: Policy) -> list[TermAndText]:
    """What is recorded against fraud, who sees it and for how long, in the words of someone who is asked at a counter."""
    return [
        (
            _("记录什么"),
            _("为防止刷票，打开投票页和投出选票时，另外记下网络地址、浏览器种类、时间、页面上的点按次数、安全验证用时，"
              "以及是从菜单、搜索、转发链接还是二维码打开的。不记姓名、手机号和通讯录。"),
        ),
        (
            _("谁能查看"),
            _("只有承办本次评选、负责排查刷票的工作人员和纪检监督员可以查看，不公开，不作其他用途。"),
        ),
        (
            _("怎样保管"),
            _("这些记录加密保存，与公开的投票日志分开；公开的日志里没有网络地址和设备信息。"),
        ),
        (_("保存多久"), _("投票结束 %(days)s 天后删除，删除情况记入工作日志。", days=policy.retention_days)),
        (
            _("发现刷票怎么办"),
            _("查实的异常选票，由评审委员会说明理由后作废。作废的是选票；不凭投票流量的证据处罚候选人。"),
        ),
    ]  # fmt: skip


def contact_texts(plan: Mapping[str, Any]) -> list[tuple[Text, str]]:
    """Whom to turn to, as the campaign's plan has it: term and what was declared; the first office where no contact is."""
    terms = {
        "department": _("受理部门"),
        "phone": _("联系电话"),
        "email": _("电子邮箱"),
        "address": _("联系地址"),
    }
    publicity = plan.get("publicity", {})
    given: Mapping[str, Any] = publicity.get("contact") or next(iter(publicity.get("offices", ())), {})
    return [(term, str(given[key])) for key, term in terms.items() if given.get(key)]


def _local(rules: BallotRules, which: str) -> Text:
    return spoken_in_full(getattr(rules, which).astimezone(rules.zone))


def _hours(rules: BallotRules) -> Text:
    if rules.daily_hours is None:
        return _("全天。")
    return _("每天 %(first)s 至 %(last)s。", first=rules.daily_hours[0], last=rules.daily_hours[1])


def _choices(low: int, high: int) -> Text:
    if low == high:
        return _("正好 %(n)s 人，一次提交。", n=high)
    return _("%(low)s 至 %(high)s 人，一次提交。", low=low, high=high)


def _often(rules: BallotRules) -> Text:
    day, total = rules.ballots_per_day, rules.ballots_total
    if ONE_BALLOT.issuperset(rules.identities):
        return _("一个投票码投一次，用过即失效。")
    if day and total:
        return _("每人每天 %(day)s 次，全程不超过 %(total)s 次。零点起算新的一天。", day=day, total=total)
    if day:
        return _("每人每天 %(day)s 次。零点起算新的一天。", day=day)
    if total:
        return _("每人全程 %(total)s 次。", total=total)
    return _("不限次数。")


def _category(category: CategoryRule) -> Text | None:
    low, high = category.min_choices, category.max_choices
    if low and high:
        return _("每张选票选 %(low)s 至 %(high)s 人。", low=low, high=high)
    if high:
        return _("每张选票最多选 %(n)s 人。", n=high)
    return _("每张选票至少选 %(n)s 人。", n=low) if low else None


def _identities(rules: BallotRules) -> Text:
    ways, *others = [text for name, text in _WAYS.items() if name in rules.identities]
    for other in others:
        ways = _("%(ways)s；%(another)s", ways=ways, another=other)
    if others:
        how = _(
            "有 %(n)s 种方式：%(ways)s。票数合并计算，并按方式分别公布；同一个人用不同方式投的，各算一名投票人。",
            n=1 + len(others),
            ways=ways,
        )
    else:
        how = _("只有一种方式：%(way)s。", way=ways)
    return (
        _("%(how)s没有手机的，请向主办单位询问投票点。", how=how)
        # Where there is no other way, some of them have no phone.
        if PAPER.issuperset(rules.identities)
        else how
    )


def _counts(rules: BallotRules) -> Text:
    if rules.counts_mode == "live":
        return _("投票期间实时显示，仅供参考。")
    if rules.counts_mode == "daily":
        return _("每天 %(at)s 公布一次。", at=rules.counts.split()[1])
    return _("投票结束前不公布，结束后一并公布。")
