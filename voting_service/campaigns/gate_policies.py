"""A campaign's gate policy: every version of it, who changed it and why. It may change while people vote.

The box names the version that holds; whoever judged by another is told so in the same round trip and judges again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from anti_fraud.policy import DEFAULT, Policy, PolicyProblem, read_policy

from ..activity import journal
from ..database import Base
from ..errors import Problem, ProblemsFound
from ..text import Text, _
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


def current_policy(session: Session, campaign_id: int) -> tuple[int, Policy]:
    """The version that holds, and what it says."""
    row = session.scalar(
        select(GatePolicy)
        .where(GatePolicy.campaign_id == campaign_id)
        .order_by(GatePolicy.version.desc())
        .limit(1)
    )
    return (row.version, read_policy(json.loads(row.policy_json))[0]) if row else (BY_DEFAULT, DEFAULT)


def change_policy(
    session: Session, slug: str, changes: Mapping[str, Any], *, at: datetime, actor: str, reason: str
) -> tuple[int, Policy]:
    """Change parts of the policy: numbers by name, ``actions`` and ``kiosks`` entry by entry (None takes a kiosk away).
    Gives the new version. Raises ProblemsFound naming everything that is wrong. The caller commits, and then tells the
    box (``BallotBox.adopt_policy``)."""
    campaign = campaign_by_slug(session, slug, lock=True)
    version, before = current_policy(session, campaign.id)
    plain = _merged(before.to_json(), changes)
    policy, slips = read_policy(plain)
    problems = [Problem(slip.where, _sentence(slip)) for slip in slips]
    if not reason.strip():
        problems.append(Problem("reason", _("请写明更改的理由，它会记入工作日志。")))
    if policy == before and not problems:
        problems.append(Problem(slug, _("与现行设置相同，没有可更改的内容。")))
    if problems:
        raise ProblemsFound(problems)
    text = json.dumps(policy.to_json(), ensure_ascii=False, sort_keys=True)
    session.add(
        GatePolicy(
            campaign_id=campaign.id,
            version=version + 1,
            policy_json=text,
            changed_at=at,
            changed_by=actor,
            reason=reason.strip(),
        )
    )
    journal(session, at=at, actor=actor, act="change_gate_policy", subject=slug,
            details={"version": version + 1, "reason": reason.strip(), **_differences(before, policy)})  # fmt: skip
    return version + 1, policy


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


def _differences(before: Policy, after: Policy) -> dict[str, Any]:
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
