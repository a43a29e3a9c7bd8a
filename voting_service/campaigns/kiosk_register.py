"""Registers kiosks in a campaign's gate policy and takes them out again. The link that makes a browser the kiosk is signed
elsewhere (``ballots.kiosks``) and stored nowhere."""

from __future__ import annotations

import secrets
import string
from datetime import datetime

from sqlalchemy.orm import Session

from anti_fraud.policy import Policy

from ..errors import Problem, ProblemsFound
from ..legible import is_legible
from ..text import _
from ..web.identities import DEVICE
from .gate_policies import change_policy, current_policy
from .models import Campaign
from .queries import campaign_by_slug

LONGEST_NAME = 40
_LETTERS = string.ascii_lowercase + string.digits


def register_kiosk(
    session: Session, slug: str, name: str, ballots_per_hour: int, *, at: datetime, actor: str, reason: str,
    assistant: str | None = None,
) -> tuple[str, int]:  # fmt: skip
    """Gives the new kiosk's id and the policy's new version. Raises ProblemsFound. The caller commits, and then tells
    the box. ``assistant`` is who helps people there to enter their codes."""
    campaign = campaign_by_slug(session, slug, lock=True)
    policy = current_policy(session, campaign.id)[1]
    kiosk = _new_id(policy)
    helper = None if assistant is None else assistant.strip()
    entry = {"name": name.strip(), "ballots_per_hour": ballots_per_hour, "assistant": helper or ""}
    found = _problems(campaign, policy, name.strip(), helper)
    version, _policy = change_policy(
        session, slug, {"kiosks": {kiosk: entry}}, at=at, actor=actor, reason=reason, found=found
    )
    return kiosk, version


def remove_kiosk(session: Session, slug: str, kiosk: str, *, at: datetime, actor: str, reason: str) -> int:
    """From the next ballot on the device is a browser like any other. Gives the policy's new version. Raises
    ProblemsFound. The caller commits, and then tells the box."""
    campaign = campaign_by_slug(session, slug, lock=True)
    known = current_policy(session, campaign.id)[1].kiosks
    if kiosk not in known:
        remedy = (
            _("已登记的有：%(known)s。", known="、".join(known)) if known else _("本活动还没有登记投票机。")
        )
        raise ProblemsFound([Problem(kiosk, _("没有这台投票机。"), remedy)])
    return change_policy(session, slug, {"kiosks": {kiosk: None}}, at=at, actor=actor, reason=reason)[0]


def _new_id(policy: Policy) -> str:
    while True:
        kiosk = "".join(secrets.choice(_LETTERS) for _letter in range(8))
        if kiosk not in policy.kiosks:
            return kiosk


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and is_legible(text)


def _problems(campaign: Campaign, policy: Policy, name: str, assistant: str | None) -> list[Problem]:
    problems = []
    codes = campaign.rules.takes_paper
    if not _is_name(name):
        problems.append(
            Problem(
                "name",
                _("名称要有 1 到 %(most)s 个字，不含换行，例如“职工之家大厅 1 号机”。", most=LONGEST_NAME),
            )
        )
    if name in {one.name for one in policy.kiosks.values()}:
        problems.append(Problem("name", _("已经有一台投票机叫这个名称。"), _("请换个名称，或先移除那一台。")))
    if DEVICE not in campaign.rules.identities and not codes:
        problems.append(
            Problem(
                campaign.slug,
                _("本活动既不能用浏览器投票，也不能凭投票码投票，投票机用不了。"),
                _('开始投票前可在 identities 里加上 "device"、"code" 或 "member"。'),
            )
        )
    if assistant is not None and not _is_name(assistant):
        problems.append(
            Problem("assistant", _("协助人的姓名要有 1 到 %(most)s 个字，不含换行。", most=LONGEST_NAME))
        )
    if assistant and not codes:
        problems.append(
            Problem("assistant", _("本活动不凭投票码投票，不需要协助人。"), _("请去掉 --assistant。"))
        )
    return problems
