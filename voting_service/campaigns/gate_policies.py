"""A campaign's gate policy: every version of it, who changed it and why. It may change while people vote.

The box names the version that holds; whoever judged by another is told so in the same round trip and judges again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from anti_fraud.policy import DEFAULT, Policy, PolicyProblem, read_policy

from ..activity import journal
from ..database import Base
from ..errors import Problem, ProblemsFound
from ..text import Text, _
from .models import Campaign
from .queries import campaign_by_slug

BY_DEFAULT = 0
"""The version of a campaign that never changed anything."""


class GatePolicy(Base):
    """One version. Rows are only added; the highest version holds."""

    __tablename__ = "gate_policies"
    __table_args__ = (CheckConstraint("version >= 1", name="version_begins_at_one"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    policy_json: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    reason: Mapped[str]


class Adopted(NamedTuple):
    """What became of a folder's ``[gate]``."""

    version: int | None
    """The version that it made; None where nothing had to change."""
    kept: dict[str, tuple[Any, Any]]
    """What stays as a command has set it, by name: what the folder says, and what stands."""


def versions(session: Session, campaign_id: int) -> Sequence[GatePolicy]:
    """Every version, the first first; none for a campaign that has only the defaults."""
    found = select(GatePolicy).where(GatePolicy.campaign_id == campaign_id).order_by(GatePolicy.version)
    return session.scalars(found).all()


def current_version(session: Session, campaign_id: int) -> int:
    """The number alone of the version that holds."""
    found = select(func.max(GatePolicy.version)).where(GatePolicy.campaign_id == campaign_id)
    return session.scalar(found) or BY_DEFAULT


def current_policy(session: Session, campaign_id: int) -> tuple[int, Policy]:
    """The version that holds, and what it says."""
    row = session.scalar(
        select(GatePolicy)
        .where(GatePolicy.campaign_id == campaign_id)
        .order_by(GatePolicy.version.desc())
        .limit(1)
    )
    return (row.version, policy_of(row)) if row else (BY_DEFAULT, DEFAULT)


def policy_of(row: GatePolicy) -> Policy:
    """What one version says."""
    return read_policy(json.loads(row.policy_json))[0]


def change_policy(
    session: Session, slug: str, changes: Mapping[str, Any], *, at: datetime, actor: str, reason: str,
    found: Sequence[Problem] = (),
) -> tuple[int, Policy]:  # fmt: skip
    """Change parts of the policy: numbers by name, ``actions`` and ``kiosks`` entry by entry (None takes a kiosk away).
    Gives the new version. Raises ProblemsFound naming everything that is wrong, with what the caller has ``found``
    already. The caller commits, and then tells the box (``BallotBox.adopt_policy``)."""
    campaign = campaign_by_slug(session, slug, lock=True)
    version, before = current_policy(session, campaign.id)
    policy, slips = read_policy(_merged(before.to_json(), changes))
    problems = [*found, *(Problem(slip.where, _sentence(slip)) for slip in slips)]
    if not actor.strip():
        problems.append(Problem("by", _("请写明是谁更改的，它会记入工作日志。")))
    if not reason.strip():
        problems.append(Problem("reason", _("请写明更改的理由，它会记入工作日志。")))
    if policy == before and not problems:
        problems.append(Problem(slug, _("与现行设置相同，没有可更改的内容。")))
    if problems:
        raise ProblemsFound(problems)
    _store(session, campaign, version + 1, before, policy, at, actor.strip(), reason.strip())
    return version + 1, policy


def adopt_declared(
    session: Session, campaign: Campaign, before: Mapping[str, Any], declared: Mapping[str, Any], *, at: datetime,
    actor: str,
) -> Adopted:  # fmt: skip
    """Make the policy what a folder declares, ``before`` being what it declared at the last import. A part that has
    been changed by command since then stays: whoever changed it while people voted knew more than the folder does."""
    version, policy = current_policy(session, campaign.id)
    standing = flat(policy.to_json())
    was, now = flat(DEFAULT.to_json()) | flat(before), flat(DEFAULT.to_json()) | flat(declared)
    differs = {name for name in now if now[name] != standing[name]}
    kept = {
        name: (now[name], standing[name])
        for name in flat(declared)
        if name in differs and was[name] != standing[name]
    }
    taken = {name: now[name] for name in differs if was[name] == standing[name]}
    if not taken:
        return Adopted(None, kept)
    changed, _slips = read_policy(_merged(policy.to_json(), _nested(taken)))
    _store(
        session,
        campaign,
        version + 1,
        policy,
        changed,
        at,
        actor,
        str(_("按活动文件夹 campaign.toml 的 [gate] 设置。")),
    )
    return Adopted(version + 1, kept)


def flat(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers by name and actions as ``actions.<check>``: how people name the parts. Kiosks are not among them."""
    actions = {f"actions.{name}": action for name, action in plain.get("actions", {}).items()}
    return {name: value for name, value in plain.items() if name not in ("actions", "kiosks")} | actions


def _nested(parts: Mapping[str, Any]) -> dict[str, Any]:
    actions = {name.partition(".")[2]: value for name, value in parts.items() if name.startswith("actions.")}
    return {name: value for name, value in parts.items() if "." not in name} | {"actions": actions}


def _store(
    session: Session, campaign: Campaign, version: int, before: Policy, policy: Policy, at: datetime, actor: str,
    reason: str,
) -> None:  # fmt: skip
    session.add(
        GatePolicy(
            campaign_id=campaign.id,
            version=version,
            policy_json=json.dumps(policy.to_json(), ensure_ascii=False, sort_keys=True),
            changed_at=at,
            changed_by=actor,
            reason=reason,
        )
    )
    # Pages show parts of it: a kiosk's name, how long evidence is kept.
    campaign.version += 1
    journal(session, at=at, actor=actor, act="change_gate_policy", subject=campaign.slug,
            details={"version": version, "reason": reason, **differences(before, policy)})  # fmt: skip


def _merged(before: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = {
        **before,
        **{name: value for name, value in changes.items() if name not in ("actions", "kiosks")},
    }
    for part in ("actions", "kiosks"):
        given = changes.get(part, {})
        both = {**before[part], **given} if isinstance(given, Mapping) else given
        merged[part] = (
            {name: one for name, one in both.items() if one is not None} if isinstance(both, dict) else both
        )
    return merged


def differences(before: Policy, after: Policy) -> dict[str, Any]:
    """What two versions say differently: name → [before, after]."""
    old, new = before.to_json(), after.to_json()
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def _sentence(slip: PolicyProblem) -> Text:
    if slip.kind == "unknown":
        return _("没有这一项，可以写：%(allowed)s。", allowed=slip.allowed)
    if slip.kind == "not_an_action":
        return _("应为其中之一：%(allowed)s。", allowed=slip.allowed)
    if slip.kind == "not_a_kiosk":
        return _("应写明名称和每小时票数（1 到 10000）。")
    if slip.kind == "not_a_number":
        return _("应当是整数，在 %(allowed)s 之间。", allowed=slip.allowed)
    return _("超出范围，应在 %(allowed)s 之间。", allowed=slip.allowed)
