"""Opening a campaign: list what is missing, then freeze rules and roster, write ``opened``, and let the box take ballots.

The commit point is the SQL transaction. Before it the box is only prepared and takes nothing; after it the recorder
opens a prepared box at its next turn, should we crash in between.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from ..activity import journal
from ..campaigns.gate_policies import current_policy
from ..campaigns.models import CLOSED, DRAFT, OPEN, SCHEDULED, Campaign
from ..campaigns.queries import campaign_by_slug
from ..campaigns.rules import BallotRules
from ..campaigns.specimens import not_filled_in
from ..candidates.departures import departures_of, standing_roster
from ..candidates.models import Candidate
from ..candidates.profiles.document import profile_of
from ..candidates.profiles.versions import freeze_profiles
from ..candidates.queries import categories_by_number, published_roster, roster
from ..clock import rfc3339
from ..database import Database
from ..encryption import Keyring
from ..errors import Problem, ProblemsFound, VotingError
from ..ledger import RecorderPosition
from ..names import in_quotes
from ..text import _
from ..transparency import entries, log
from ..transparency.models import Log
from ..web.identities import WECHAT
from .ballot_box import PREPARED, BallotBox
from .box_builder import prepare_box

FIRST_EPOCH = 1


class PhaseForbids(VotingError):
    """The campaign's phase does not allow this act."""

    code = "phase_forbids"


@dataclass(frozen=True)
class Opener:
    """What opening needs besides the campaign itself."""

    database: Database
    box: BallotBox
    keyring: Keyring
    origin: str
    """Host and port under which the log is public."""
    identities: tuple[str, ...]
    """Identities that this installation has."""


def problems_before_opening(
    campaign: Campaign, candidates: list[Candidate], now: datetime, identities: Collection[str]
) -> list[Problem]:
    """Everything that keeps this campaign from opening, each with its remedy; empty when it may open."""
    return [
        *_time_problems(campaign.rules, now),
        *_roster_problems(campaign.rules, candidates),
        *_identity_problems(campaign.rules, identities),
        *not_filled_in(
            campaign.slug, campaign.title, campaign.organiser, campaign.description, campaign.plan
        ),
        *_profile_problems(candidates),
        *_size_problems(campaign.rules, candidates, now),
    ]


def _time_problems(rules: BallotRules, now: datetime) -> list[Problem]:
    if rules.closes_at <= now:
        return [
            Problem(
                "voting.closes_at",
                _("投票截止时间 %(at)s 已经过去。", at=_local(rules, rules.closes_at)),
                _("请改为将来的时间后重新导入。"),
            )
        ]
    if rules.next_opening(now) is None:
        return [
            Problem(
                "voting.daily_hours",
                _("从现在到截止之间没有任何开放时段。"),
                _("请检查每日开放时间和起止时间。"),
            )
        ]
    return []


def _roster_problems(rules: BallotRules, candidates: list[Candidate]) -> list[Problem]:
    problems = []
    if len(candidates) < max(2, rules.max_choices):
        problems.append(
            Problem(
                "candidates",
                _(
                    "候选人只有 %(n)s 名，而一张选票可选 %(max)s 人。",
                    n=len(candidates),
                    max=rules.max_choices,
                ),
                _("候选人至少 2 名，且不少于每票可选人数。"),
            )
        )
    for category in rules.categories:
        size = sum(1 for c in candidates if c.category and c.category.key == category.key)
        if size < (category.min_choices or 0):
            problems.append(
                Problem(
                    f"category {category.key}",
                    _("“%(name)s”组至少要选 %(n)s 人，但只有 %(size)s 名候选人。",
                      name=in_quotes(category.name), n=category.min_choices, size=size),
                    _("请补充候选人或调整该组的选择人数。"),
                )
            )  # fmt: skip
    return problems


def _identity_problems(rules: BallotRules, identities: Collection[str]) -> list[Problem]:
    if set(rules.identities) & set(identities):
        return []
    known = "、".join(identities)
    remedy = _("请在 identities 中加入：%(known)s。", known=known)
    if WECHAT in rules.identities:
        remedy = _(
            "用 wechat 须先设置公众号（VOTING_WECHAT_APP_ID 等，见 docs/wechat.zh-CN.md）；不用微信的，请在 identities 中改用：%(known)s。",
            known=known,
        )
    return [Problem("voting.identities", _("没有一种投票人身份可用，谁也投不了票。"), remedy)]


def warnings_before_opening(rules: BallotRules, identities: Collection[str]) -> list[Problem]:
    """What keeps nobody from opening and is better known before: an identity that the campaign names and nobody can
    have here."""
    if WECHAT not in rules.identities or not set(rules.identities) & set(identities) or WECHAT in identities:
        return []
    others = "、".join(name for name in rules.identities if name in identities)
    return [
        Problem(
            "voting.identities",
            _("没有设置公众号，不会有人以微信身份投票，只能以 %(others)s 身份投票。", others=others),
            _("要用微信，请设置 VOTING_WECHAT_APP_ID 等（见 docs/wechat.zh-CN.md）；不用，请从 identities 中去掉 wechat。"),
        )
    ]  # fmt: skip


def _profile_problems(candidates: list[Candidate]) -> list[Problem]:
    return [
        Problem(
            f"{c.number} 号 {c.name}",
            _("没有简介也没有事迹。"),
            _("请补充后重新导入。"),
        )
        for c in candidates
        if not c.summary and not c.story
    ]


def _size_problems(rules: BallotRules, candidates: list[Candidate], now: datetime) -> list[Problem]:
    """Rules and roster are one entry of the log, whose format allows 65 535 bytes: some 400 candidates."""
    try:
        opened_entry(rules, candidates, now)
    except entries.EntryInvalid:
        return [
            Problem(
                "candidates",
                _("候选人太多：规则和名单超过透明日志一条记录的上限（约 400 名候选人）。"),
                _("请分成几个活动举办。"),
            )
        ]
    return []


def _local(rules: BallotRules, moment: datetime) -> str:
    return moment.astimezone(rules.zone).strftime("%Y-%m-%d %H:%M")


def what_freezes(campaign: Campaign, people: Sequence[Candidate]) -> str:
    """A hash over all that opening freezes: title, organiser, rules, plan, and every profile of the roster. Who has looked
    at it opens this and nothing else."""
    whole = {
        "title": campaign.title,
        "organiser": campaign.organiser,
        "rules": campaign.rules.to_json(),
        "plan": campaign.plan,
        "profiles": [profile_of(person).sha256 for person in people],
    }
    return sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _require_seen(session: Session, campaign: Campaign, seen: str | None) -> None:
    if seen is not None and seen != what_freezes(campaign, roster(session, campaign.id)):
        raise ProblemsFound([Problem("", _("活动在您核对之后有了改动，请重新核对。"))])


def schedule_voting(
    session: Session, slug: str, *, at: datetime, actor: str, identities: Collection[str], seen: str | None = None
) -> Campaign:  # fmt: skip
    """Approve a draft: it is announced now and opens by itself when its time comes. ``seen``: what ``what_freezes`` said to
    whoever looked. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    if campaign.frozen:
        raise PhaseForbids(_("“%(title)s”已经开始投票。", title=in_quotes(campaign.title)))
    _require_seen(session, campaign, seen)
    _require_no_problems(campaign, standing_roster(session, campaign.id), at, identities)
    campaign.phase = SCHEDULED
    campaign.version += 1
    journal(session, at=at, actor=actor, act="schedule", subject=slug)
    return campaign


def unschedule_voting(session: Session, slug: str, *, at: datetime, actor: str) -> Campaign:
    """Take an approval back: the campaign is a draft again and not public. Raises PhaseForbids. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    if campaign.phase != SCHEDULED:
        raise PhaseForbids(_("“%(title)s”没有排期，或者已经开始投票。", title=in_quotes(campaign.title)))
    campaign.phase = DRAFT
    campaign.version += 1
    journal(session, at=at, actor=actor, act="unschedule", subject=slug)
    return campaign


def open_voting(
    opener: Opener,
    slug: str,
    *,
    at: datetime,
    actor: str,
    seen: str | None = None,
    as_scheduled: bool = False,
) -> None:
    """Freeze, publish and open. Its window still decides when ballots are taken. ``seen``: what ``what_freezes`` said to
    whoever looked. ``as_scheduled``: only one that is still scheduled, and due. Raises ProblemsFound, PhaseForbids."""
    with opener.database.write() as session:
        campaign = campaign_by_slug(session, slug, lock=True)
        if campaign.phase in (OPEN, CLOSED):
            raise PhaseForbids(_("“%(title)s”已经开始投票，不能再次开始。", title=in_quotes(campaign.title)))
        # Whoever goes by the schedule read it before this lock: it may have been taken back or put off since.
        if as_scheduled and (campaign.phase != SCHEDULED or campaign.rules.opens_at > at):
            raise PhaseForbids(_("“%(title)s”的排期已经撤回或改期。", title=in_quotes(campaign.title)))
        _require_seen(session, campaign, seen)
        # Whoever has left is no candidate any more; the box knows them only to say so.
        candidates = standing_roster(session, campaign.id)
        _require_no_problems(campaign, candidates, at, opener.identities)
        _require_no_box(opener.box, slug)
        # Inside the transaction, for its lock: two openings at once must not empty a box that already takes ballots.
        prepare_box(
            opener.box, slug, FIRST_EPOCH, campaign.rules, categories_by_number(roster(session, campaign.id)),
            departed=departures_of(session, campaign.id),
        )  # fmt: skip
        _freeze(session, opener, campaign, candidates, at)
        freeze_profiles(session, roster(session, campaign.id), at=at, by=actor)
        journal(session, at=at, actor=actor, act="open", subject=slug)
        policy, _policy = current_policy(session, campaign.id)
    with opener.database.write() as session:
        public_log = session.get_one(Log, campaign.id)
        log.sign(session, public_log, log.signing_key(public_log, opener.keyring), at)
    opener.box.adopt_policy(slug, policy)
    opener.box.open(slug)


def _require_no_box(box: BallotBox, slug: str) -> None:
    """A box that was ever opened belongs to another ledger: to one that was lost, or to another installation."""
    state = box.state(slug)
    if state is None or (state.state == PREPARED and state.seq == 0):
        return
    problem = Problem(
        f"Redis {slug}",
        _("Redis 中已有同名票箱，投出过 %(n)s 张选票，而数据库中这个活动还没有开始。", n=state.seq),
        _(
            "如果数据库是从旧备份恢复的，请换用最新备份；如果另一套服务共用这个 Redis，请为每套服务使用单独的 Redis。"
        ),
    )
    raise ProblemsFound([problem], _("不能开始投票，以免清空已有的选票："))


def _require_no_problems(
    campaign: Campaign, candidates: list[Candidate], at: datetime, identities: Collection[str]
) -> None:
    problems = problems_before_opening(campaign, candidates, at, identities)
    if problems:
        raise ProblemsFound(problems, _("“%(title)s”还不能开始投票：", title=in_quotes(campaign.title)))


def _freeze(
    session: Session, opener: Opener, campaign: Campaign, candidates: list[Candidate], at: datetime
) -> None:
    campaign.phase = OPEN
    campaign.opened_at = at
    campaign.version += 1
    public_log = log.begin_log(
        session, campaign_id=campaign.id, slug=campaign.slug, origin=opener.origin, keyring=opener.keyring
    )
    public_log.shown_size = None if campaign.rules.counts_mode == "live" else 1
    log.append(session, public_log, [opened_entry(campaign.rules, candidates, at)])
    session.add(RecorderPosition(campaign_id=campaign.id, box_epoch=FIRST_EPOCH, stream_id="0-0", seq=0))


def opened_entry(rules: BallotRules, candidates: list[Candidate], at: datetime) -> bytes:
    """The log's first entry: rules and roster with the hash that freezes them."""
    plain, people = rules.to_log(), published_roster(candidates)
    return entries.encode(
        {
            "type": "opened",
            "at": rfc3339(at),
            "rules": plain,
            "candidates": people,
            "rules_sha256": entries.rules_sha256(plain, people),
        }
    )
