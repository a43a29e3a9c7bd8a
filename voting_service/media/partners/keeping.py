"""An operator's acts: the terms of a campaign, partners made, changed and revoked; each journaled, each a new version of the
campaign, by which pages notice."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial, Role
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...errors import Problem, ProblemsFound
from ...legible import is_all_seen
from ...text import _
from .models import MediaPartner, MediaSettings
from .queries import list_partners, origins_of, partner_by_id
from .rules import LONGEST_LIST, read_origins

WRITERS: tuple[Role, ...] = ("operator",)
LOOKERS: tuple[Role, ...] = ("operator", "committee", "supervisor")
LONGEST_NAME = 60
LONGEST_CREDIT = 200
MOST_PARTNERS = 200


class WantedTerms(NamedTuple):
    """What is to hold from now on."""

    only_partners: bool
    kit_public: bool
    credit: str


class WantedPartner(NamedTuple):
    """A partner as the form has it."""

    name: str
    origins: str
    """One a line."""


def change_terms(
    session: Session, slug: str, wanted: WantedTerms, *, at: datetime, official: ActingOfficial
) -> None:
    """Who may show embeds, who may take the kit, and the credit line. Raises ProblemsFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    credit = wanted.credit.strip()
    if problem := _line_problem("credit", credit, LONGEST_CREDIT):
        raise ProblemsFound([problem])
    found = session.get(MediaSettings, campaign.id)
    if found is None:
        found = MediaSettings(campaign_id=campaign.id, only_partners=False, kit_public=False, credit="")
        session.add(found)
    new = WantedTerms(wanted.only_partners, wanted.kit_public, credit)
    if new == WantedTerms(found.only_partners, found.kit_public, found.credit):
        return
    found.only_partners, found.kit_public, found.credit = new
    campaign.version += 1
    journal(
        session, at=at, actor=official.name, act="change_media_terms", subject=slug, details=new._asdict()
    )


def make_partner(
    session: Session, slug: str, wanted: WantedPartner, *, at: datetime, official: ActingOfficial
) -> MediaPartner:
    """A new partner with a key of its own. Raises ProblemsFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    name, origins = _checked(session, campaign, wanted, None)
    partner = MediaPartner(
        campaign_id=campaign.id, key=secrets.token_hex(8), name=name, origins=" ".join(origins), made_at=at,
        made_by=official.name,
    )  # fmt: skip
    session.add(partner)
    session.flush()
    _told(session, campaign, partner, "make_media_partner", at, official)
    return partner


def change_partner(
    session: Session, slug: str, partner_id: int, wanted: WantedPartner, *, at: datetime,
    official: ActingOfficial,
) -> MediaPartner:  # fmt: skip
    """Another name or other sites, with the same key. Raises NotFound, ProblemsFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    partner = partner_by_id(session, campaign.id, partner_id, lock=True)
    if partner.revoked_at is not None:
        raise ProblemsFound([Problem("", _("这家媒体的授权已经撤销。"))])
    name, origins = _checked(session, campaign, wanted, partner)
    if (name, origins) != (partner.name, origins_of(partner)):
        partner.name, partner.origins = name, " ".join(origins)
        _told(session, campaign, partner, "change_media_partner", at, official)
    return partner


def revoke_partner(
    session: Session, slug: str, partner_id: int, *, at: datetime, official: ActingOfficial
) -> None:
    """Its embeds show nothing but a line from now on; once more changes nothing. Raises NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    partner = partner_by_id(session, campaign.id, partner_id, lock=True)
    if partner.revoked_at is None:
        partner.revoked_at, partner.revoked_by = at, official.name
        _told(session, campaign, partner, "revoke_media_partner", at, official)


def _told(
    session: Session, campaign: Campaign, partner: MediaPartner, act: str, at: datetime, official: ActingOfficial
) -> None:  # fmt: skip
    campaign.version += 1
    journal(session, at=at, actor=official.name, act=act, subject=f"{campaign.slug}/media-partner-{partner.id}",
            details={"name": partner.name, "origins": list(origins_of(partner))})  # fmt: skip


def _checked(
    session: Session, campaign: Campaign, wanted: WantedPartner, partner: MediaPartner | None
) -> tuple[str, tuple[str, ...]]:
    name = wanted.name.strip()
    origins, found = read_origins(wanted.origins)
    good = [
        one for one in list_partners(session, campaign.id) if one.revoked_at is None and one is not partner
    ]
    if problem := _line_problem("name", name, LONGEST_NAME, least=1):
        found.insert(0, problem)
    elif name in {one.name for one in good}:
        found.insert(0, Problem("name", _("已经有一家叫“%(name)s”的合作媒体。", name=name)))
    found += _room_problems(origins, good)
    if found:
        raise ProblemsFound(found)
    return name, origins


def _room_problems(origins: tuple[str, ...], others: Sequence[MediaPartner]) -> list[Problem]:
    """Browsers are sent every site in one line."""
    together = {*origins, *(origin for one in others for origin in origins_of(one))}
    if len(others) < MOST_PARTNERS and sum(map(len, together)) + len(together) <= LONGEST_LIST:
        return []
    return [Problem("origins", _("这次评选的合作媒体网站已经太多。"),
                    _("请撤销不再合作的，或选“任何网站都可以嵌入”，不必逐一登记。"))]  # fmt: skip


def _line_problem(where: str, text: str, most: int, least: int = 0) -> Problem | None:
    if least <= len(text) <= most and is_all_seen(text):
        return None
    if least:
        return Problem(where, _("请填写 %(least)s 到 %(most)s 个字，不含换行。", least=least, most=most))
    return Problem(where, _("最多 %(most)s 个字，不含换行。", most=most))
