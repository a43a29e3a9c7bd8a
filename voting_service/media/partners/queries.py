"""Reads of terms, partners and what was counted, for pages and the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...errors import NotFound
from ...text import _
from .models import EmbedCount, MediaPartner, MediaSettings
from .rules import MediaTerms, Partner


class Counted(NamedTuple):
    """How often embeds were seen and followed."""

    views: int = 0
    clicks: int = 0


class Day(NamedTuple):
    """One day of an embed key."""

    day: date
    counted: Counted


def terms_of(session: Session, campaign_id: int) -> MediaTerms:
    """A campaign's terms with its partners."""
    found = session.get(MediaSettings, campaign_id)
    partners = {
        one.key: Partner(one.id, one.name, origins_of(one), one.revoked_at is not None)
        for one in list_partners(session, campaign_id)
    }
    if found is None:
        return MediaTerms(partners=partners)
    return MediaTerms(found.only_partners, found.kit_public, found.credit, partners)


def list_partners(session: Session, campaign_id: int) -> Sequence[MediaPartner]:
    """Every partner that ever was, those with a good key first, then by name."""
    return session.scalars(
        select(MediaPartner)
        .where(MediaPartner.campaign_id == campaign_id)
        .order_by(MediaPartner.revoked_at.is_not(None), MediaPartner.name, MediaPartner.id)
    ).all()


def partner_by_id(session: Session, campaign_id: int, partner_id: int, *, lock: bool = False) -> MediaPartner:
    """One partner of this campaign. Raises NotFound."""
    partner = session.get(MediaPartner, partner_id, with_for_update=True if lock else None)
    if partner is None or partner.campaign_id != campaign_id:
        raise NotFound(_("没有这家合作媒体。"))
    return partner


def origins_of(partner: MediaPartner) -> tuple[str, ...]:
    """Its sites."""
    return tuple(partner.origins.split())


def counted_by_key(session: Session, campaign_id: int, since: date | None = None) -> dict[str, Counted]:
    """Sums of every key, from a day on or from the first; the empty key is everyone without one."""
    sums = (
        select(EmbedCount.key, func.sum(EmbedCount.views), func.sum(EmbedCount.clicks))
        .where(EmbedCount.campaign_id == campaign_id, *([EmbedCount.day >= since] if since else []))
        .group_by(EmbedCount.key)
    )
    return {key: Counted(int(views), int(clicks)) for key, views, clicks in session.execute(sums)}


def days_of(session: Session, campaign_id: int, key: str, most: int = 60) -> list[Day]:
    """The latest days on which something was counted, the latest first."""
    rows = session.scalars(
        select(EmbedCount)
        .where(EmbedCount.campaign_id == campaign_id, EmbedCount.key == key)
        .order_by(EmbedCount.day.desc())
        .limit(most)
    )
    return [Day(row.day, Counted(row.views, row.clicks)) for row in rows]
