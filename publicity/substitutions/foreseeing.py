"""What will follow when a candidate leaves, in words, for whoever proposes it and whoever confirms it: the same list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.campaigns.composition import RuleState, state_of
from voting_service.campaigns.models import CLOSED, OPEN, Campaign
from voting_service.campaigns.rule_texts import ballots_of_disqualified
from voting_service.candidates.departures import CAUSE_WORDS, DISQUALIFIED
from voting_service.names import in_quotes, in_title_marks
from voting_service.tally.certification.queries import certified_tally
from voting_service.text import Text, _

from ..notices.models import CLOSED as NOTICE_CLOSED
from ..notices.models import PUBLISHED, Notice
from ..notices.queries import text_of
from .standing import ListStanding
from .succession import PassedOver
from .voiding import NamingBallots, ballots_naming


@dataclass(frozen=True)
class Foresight:
    """What follows, in order, and what somebody should think about first."""

    follows: tuple[Text, ...]
    warnings: tuple[Text, ...]


def foresee(session: Session, standing: ListStanding, leaver: int, cause: str, *, at: datetime) -> Foresight:
    """If this one left now."""
    campaign = standing.first.campaign
    who = standing.called(leaver)
    follows = [
        _("%(who)s从名单上去掉，名单还有 %(n)s 人。", who=who, n=len(set(standing.people()) - {leaver})),
        _(
            "活动页面上，%(who)s排到最后，注明“%(word)s”，不能再选，也不参加排名。",
            who=who,
            word=CAUSE_WORDS[cause],
        ),
        _voting(campaign, who),
    ]
    ballots = ballots_naming(session, campaign.id, leaver)
    if ballots.all:
        certified = certified_tally(session, campaign.id) is not None
        follows.append(_ballots(campaign, who, cause, ballots, certified=certified))
    follows += succession_texts(standing, leaver, at)
    follows += [
        _("递补确定之后，起草并发布补充公示，公示期重新计算。"),
        _("确认以后不能撤销。"),
    ]
    return Foresight(tuple(follows), tuple(_warnings(session, standing, leaver)))


def succession_texts(standing: ListStanding, leaver: int, at: datetime) -> list[Text]:
    """Who takes the place by the rules, and who is passed over and why."""
    found = standing.succession(leaver, at)
    texts = [
        _(
            "%(who)s不能递补：%(why)s。",
            who=standing.called(one.number),
            why=broken_rules(standing, leaver, one),
        )
        for one in found.passed_over
    ]
    if found.chosen is not None:
        texts.append(_("按递补名单和结构比例要求，由 %(who)s递补。", who=standing.called(found.chosen)))
    elif found.passed_over:
        texts.append(_("递补名单上没有符合结构比例要求的人。"))
    else:
        texts.append(_("递补名单上没有人了。"))
    return texts


def broken_rules(standing: ListStanding, leaver: int, passed: PassedOver) -> Text:
    """Why one of the reserve does not take the place: each rule with its figures."""
    after = {number: person for number, person in standing.list_with(leaver).items() if number != leaver}
    after[passed.number] = standing.person(passed.number)
    people = list(after.values())
    told, *others = (_rule_text(state_of(rule, people)) for rule in passed.rules)
    for another in others:
        told = _("%(rules)s；%(another)s", rules=told, another=another)
    return told


def _rule_text(state: RuleState) -> Text:
    if state.rule.max_each is not None:
        return _(
            "“%(name)s”每个至多 %(most)s 人，会有 %(count)s 人",
            name=in_quotes(state.rule.name),
            most=state.most,
            count=state.count,
        )
    unknown = _("，另有 %(n)s 人资料不全", n=state.unknown) if state.unknown else ""
    if state.missing:
        return _(
            "“%(name)s”%(of)s 人中至少要 %(least)s 人，只有 %(count)s 人%(unknown)s",
            name=in_quotes(state.rule.name),
            of=state.of,
            least=state.least,
            count=state.count,
            unknown=unknown,
        )
    return _(
        "“%(name)s”%(of)s 人中至多 %(most)s 人，会有 %(count)s 人%(unknown)s",
        name=in_quotes(state.rule.name),
        of=state.of,
        most=state.most,
        count=state.count,
        unknown=unknown,
    )


def _voting(campaign: Campaign, who: Text) -> Text:
    if campaign.phase == OPEN:
        return _("投票正在进行：票箱从确认时起不再收选了 %(who)s的选票。", who=who)
    if campaign.phase == CLOSED:
        return _("投票已经结束，不影响投票。")
    return _("投票还没有开始：选票上不会有%(who)s。", who=who)


def _ballots(campaign: Campaign, who: Text, cause: str, ballots: NamingBallots, *, certified: bool) -> Text:
    figures = _(
        "已入账的选票中有 %(n)s 张选了 %(who)s（计入 %(counted)s 张，待核 %(held)s 张，作废 %(voided)s 张）",
        n=ballots.all, who=who, counted=ballots.counted, held=ballots.held, voided=ballots.voided,
    )  # fmt: skip
    if cause == DISQUALIFIED and ballots_of_disqualified(campaign.plan) == "void":
        if certified:
            return _("%(figures)s。计票结果已经认定，这些选票不再作废。", figures=figures)
        return _("%(figures)s，按评选规则要作废：确认退出之后在这里提出，由另一人确认。", figures=figures)
    return _(
        "%(figures)s，按评选规则照旧保留：仍在日志和总数里，票上其他候选人的票照常计算。", figures=figures
    )


def _warnings(session: Session, standing: ListStanding, leaver: int) -> Iterator[Text]:
    yield from _too_few_left(standing, leaver)
    if standing.notice.state == NOTICE_CLOSED:
        yield _("这份公告已经结束公示。")
    others = session.scalars(
        select(Notice).where(Notice.campaign_id == standing.first.campaign_id, Notice.state == PUBLISHED)
    )
    family = {row.notice_id for row in standing.substitutions} | {standing.first.id, standing.notice.id}
    for other in others:
        if other.id not in family and any(person.number == leaver for person in text_of(other).people):
            yield _(
                "正在公示的《%(title)s》名单上也有该候选人，要另外办理。", title=in_title_marks(other.title)
            )


def _too_few_left(standing: ListStanding, leaver: int) -> Iterator[Text]:
    """Rules that no ballot could keep any more: they are frozen, and nobody could vote."""
    campaign = standing.first.campaign
    if campaign.phase == CLOSED:
        return
    rules = campaign.rules
    left = [
        one for number, one in standing.candidates.items() if number != leaver and number not in standing.gone
    ]
    if len(left) < rules.min_choices:
        yield _(
            "剩下 %(n)s 名候选人，而每张选票至少选 %(least)s 人：谁也投不了票。",
            n=len(left),
            least=rules.min_choices,
        )
    sizes = Counter(one.category.key for one in left if one.category)
    for category in rules.categories:
        if sizes[category.key] < (category.min_choices or 0):
            yield _(
                "“%(name)s”组剩下 %(n)s 名候选人，而每张选票至少选 %(least)s 人：谁也投不了票。",
                name=in_quotes(category.name),
                n=sizes[category.key],
                least=category.min_choices,
            )
