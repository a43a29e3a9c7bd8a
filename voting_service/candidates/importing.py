"""The verb that makes a campaign out of a folder, or brings one up to date with it; what voting has frozen stays."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..activity import journal
from ..campaigns.declaration import Declaration
from ..campaigns.gate_policies import Adopted, adopt_declared
from ..campaigns.models import DRAFT, Campaign, Category
from ..campaigns.voter_keys import voter_key_place
from ..encryption import Keyring
from ..errors import Problem, ProblemsFound
from ..text import _
from .changes import Change, Snapshot, changes_between
from .departures import departures_of
from .layout import CAMPAIGN
from .models import Candidate, Photo
from .photos import PhotoStore, Picture
from .queries import roster
from .reading import CampaignRead, Progress, read_campaign
from .roster_table import FIELDS, RosterRow

_VOTER_KEY_BYTES = 32
# The journal says what was done, not the whole roster again.
_MOST_JOURNALLED = 100


@dataclass(frozen=True)
class Imported:
    """What an import did. Not ``created`` and no ``changes``: the campaign was as the folder says already."""

    slug: str
    created: bool
    candidates: int
    photos: int
    warnings: tuple[Problem, ...]
    changes: tuple[str, ...]
    policy_version: int | None = None
    """The version of the gate's policy that the import made, which the box has yet to be told; None where it made none."""


def import_campaign(
    session: Session,
    folder_path: Path,
    *,
    at: datetime,
    actor: str,
    zone_name: str,
    keyring: Keyring,
    photos: PhotoStore,
    progress: Progress | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Imported:
    """Read a directory or .zip and make the campaign so. Raises ProblemsFound with every problem; nothing is
    imported then. Reading takes long: where ballots are being recorded, call ``read_campaign`` before the
    transaction and ``import_read`` within it."""
    read = read_campaign(
        folder_path,
        zone_name=zone_name,
        photos=photos,
        progress=progress,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    return import_read(session, read, at=at, actor=actor, keyring=keyring)


class Foreseen(NamedTuple):
    """What an import would do."""

    campaign: Campaign | None
    """The one that would be brought up to date; None where it would be made."""
    changes: tuple[Change, ...]


def foresee_import(session: Session, read: CampaignRead) -> Foreseen:
    """The same questions as ``import_read`` asks, and nothing written. Raises ProblemsFound as it would."""
    campaign = session.scalar(select(Campaign).where(Campaign.slug == read.declaration.slug))
    if campaign is None:
        return Foreseen(None, ())
    return Foreseen(campaign, _changes_to(session, campaign, list(roster(session, campaign.id)), read))


def _changes_to(
    session: Session, campaign: Campaign, candidates: list[Candidate], read: CampaignRead
) -> tuple[Change, ...]:
    changes = changes_between(_stored(campaign, candidates), _declared(read))
    if campaign.frozen:
        _refuse_frozen(changes)
    else:
        _refuse_forgetting(departures_of(session, campaign.id), read)
    return changes


def import_read(
    session: Session, read: CampaignRead, *, at: datetime, actor: str, keyring: Keyring, act: str = "campaign.import",
    seen: int | None = None,
) -> Imported:  # fmt: skip
    """Make the campaign as a folder without problems declares it. ``seen``: the version of the campaign that somebody has
    compared it with, 0 for none. Raises ProblemsFound where it would change what voting has frozen, or what was seen is no
    more."""
    slug = read.declaration.slug
    campaign = session.scalar(select(Campaign).where(Campaign.slug == slug).with_for_update())
    if seen is not None and seen != (campaign.version if campaign else 0):
        raise ProblemsFound([Problem("", _("活动在您核对之后有了改动，请重新核对。"))])
    created = campaign is None
    changes: tuple[Change, ...] = ()
    gate_before = campaign.plan.get("gate", {}) if campaign else {}
    if campaign is None:
        campaign = _new_campaign(session, read, at, keyring)
        _write_roster(session, campaign, [], read)
    else:
        candidates = list(roster(session, campaign.id))
        changes = _changes_to(session, campaign, candidates, read)
        if changes:
            _write_campaign(campaign, read, at)
            campaign.version += 1
        # With voting open, what is left of the changes is none of the roster's.
        if changes and not campaign.frozen:
            _write_roster(session, campaign, candidates, read)
    gate = read.declaration.plan.get("gate", {})
    adopted = adopt_declared(session, campaign, gate_before, gate, at=at, actor=actor)
    imported = Imported(
        slug,
        created,
        len(read.rows),
        read.photo_count,
        (*read.warnings, *_kept_by_command(slug, adopted)),
        tuple(str(change) for change in changes),
        adopted.version,
    )
    if created or changes:
        _journal(session, imported, at, actor, act)
    session.flush()
    return imported


def _kept_by_command(slug: str, adopted: Adopted) -> Iterator[Problem]:
    for name, (declared, standing) in adopted.kept.items():
        yield Problem(
            f"{CAMPAIGN} gate.{name}",
            _("文件夹里是 %(declared)s；现行的 %(standing)s 是用命令改的，导入没有动它。", declared=declared, standing=standing),
            _("要改用文件夹里的值，请用 voting-service fraud policy %(slug)s --set %(name)s=%(declared)s。",
              slug=slug, name=name, declared=declared),
        )  # fmt: skip


def _journal(session: Session, imported: Imported, at: datetime, actor: str, act: str) -> None:
    details = {
        "created": imported.created,
        "candidates": imported.candidates,
        "photos": imported.photos,
        "changes": list(imported.changes[:_MOST_JOURNALLED]),
        "changes_total": len(imported.changes),
    }
    journal(session, at=at, actor=actor, act=act, subject=imported.slug, details=details)


def _refuse_frozen(changes: tuple[Change, ...]) -> None:
    problems = [
        Problem(change.where, change.sentence, _("投票开始后不能再改。"))
        for change in changes
        if change.frozen
    ]
    if problems:
        raise ProblemsFound(
            problems,
            _("投票已经开始，规则和名单不能再改；有 %(n)s 处不同，什么都没有改动。", n=len(problems)),
        )


def _refuse_forgetting(departed: Iterable[int], read: CampaignRead) -> None:
    """Whoever has left stays on the roster: pages say so, and the number is not given to another."""
    missing = sorted(set(departed) - {row.number for row in read.rows})
    if missing:
        remedy = _("请在名单中保留；页面会注明已离开，也不能再选。")
        raise ProblemsFound(
            [Problem("candidates", _("%(number)s 号已登记离开，名单中却没有了。", number=number), remedy) for number in missing]
        )  # fmt: skip


def _new_campaign(session: Session, read: CampaignRead, at: datetime, keyring: Keyring) -> Campaign:
    slug = read.declaration.slug
    voter_key = keyring.seal(os.urandom(_VOTER_KEY_BYTES), voter_key_place(slug))
    campaign = Campaign(slug=slug, phase=DRAFT, voter_key=voter_key, version=1)
    _write_campaign(campaign, read, at)
    session.add(campaign)
    return campaign


def _write_campaign(campaign: Campaign, read: CampaignRead, at: datetime) -> None:
    declaration = read.declaration
    campaign.title = declaration.title
    campaign.organiser = declaration.organiser
    campaign.description = declaration.description
    campaign.rules_json = _json(declaration.rules.to_json())
    campaign.plan_json = _json(declaration.plan)
    campaign.cover_json = read.cover.to_json() if read.cover else None
    campaign.imported_at = at


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _write_roster(
    session: Session, campaign: Campaign, candidates: list[Candidate], read: CampaignRead
) -> None:
    """Categories, candidates and photos as declared. Rows that stay are kept, so that their keys stay."""
    declared = {rule.key: rule for rule in read.declaration.rules.categories}
    categories = {category.key: category for category in campaign.categories}
    for position, rule in enumerate(declared.values()):
        if rule.key not in categories:
            categories[rule.key] = Category(key=rule.key)
            campaign.categories.append(categories[rule.key])
        categories[rule.key].name, categories[rule.key].position = rule.name, position
    session.flush()
    standing = {candidate.number: candidate for candidate in candidates}
    for row in read.rows:
        candidate = standing.pop(row.number, None)
        if candidate is None:
            candidate = Candidate(campaign=campaign)
            session.add(candidate)
        for field, value in asdict(row).items():
            if field != "category":
                setattr(candidate, field, value)
        candidate.category = categories[row.category] if row.category else None
        _write_photos(candidate, read.photos.get(row.number, ()))
    for candidate in standing.values():
        session.delete(candidate)
    # A category may go only when no candidate is left in it.
    session.flush()
    for key, category in categories.items():
        if key not in declared:
            campaign.categories.remove(category)
    session.flush()
    session.expire(campaign, ["categories"])


def _write_photos(candidate: Candidate, pictures: tuple[Picture, ...]) -> None:
    # In place: a position is unique, and the session inserts before it deletes.
    for position, picture in enumerate(pictures):
        if position == len(candidate.photos):
            candidate.photos.append(Photo(position=position))
        candidate.photos[position].position = position
        candidate.photos[position].picture_json = picture.to_json()
    del candidate.photos[len(pictures) :]


def _declared(read: CampaignRead) -> Snapshot:
    declaration = read.declaration
    return Snapshot(
        declaration.title,
        declaration.organiser,
        declaration.description,
        declaration.rules,
        # As it would be stored: what JSON cannot tell apart is no difference.
        json.loads(_json(declaration.plan)),
        read.cover,
        {row.number: row for row in read.rows},
        read.photos,
    )


def _stored(campaign: Campaign, candidates: list[Candidate]) -> Snapshot:
    return Snapshot(
        campaign.title,
        campaign.organiser,
        campaign.description,
        campaign.rules,
        campaign.plan,
        Picture.from_json(campaign.cover_json) if campaign.cover_json else None,
        {candidate.number: _row(candidate) for candidate in candidates},
        {
            candidate.number: tuple(Picture.from_json(photo.picture_json) for photo in candidate.photos)
            for candidate in candidates
        },
    )


def stored_read(session: Session, campaign: Campaign) -> CampaignRead:
    """A campaign as it stands, in the form in which a folder is read: for whoever changes a part of it and lets the import's
    checks and comparisons judge the whole."""
    stored = _stored(campaign, list(roster(session, campaign.id)))
    declaration = Declaration(
        campaign.slug, stored.title, stored.organiser, stored.description, stored.rules, dict(stored.plan)
    )
    photos = {number: pictures for number, pictures in stored.photos.items() if pictures}
    return CampaignRead(declaration, tuple(stored.rows.values()), photos, stored.cover, ())


def _row(candidate: Candidate) -> RosterRow:
    texts = {field: getattr(candidate, field) for field in FIELDS if field != "category"}
    return RosterRow(**texts, category=candidate.category.key if candidate.category else None)
