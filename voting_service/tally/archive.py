"""The archive of a closed campaign: log, key and result in one zip that ``tools/recount.py`` reads offline."""

from __future__ import annotations

import json
import secrets
import zipfile
from pathlib import Path

from sqlalchemy.orm import Session

from ..campaigns.queries import campaign_by_slug
from ..candidates.departures import ballot_roster
from ..clock import rfc3339
from ..database import Database
from ..ledger import COUNTED, HELD, VOIDED
from ..transparency import entries as entry_format
from ..transparency import log, tiles
from ..transparency.after_voting import final_checkpoint
from ..transparency.models import Log
from .ledger_reads import Progress, no_progress, tally_ledger

HASH_SIZE = 32


def archive_path(directory: Path, slug: str) -> Path:
    """Where a campaign's archive lies."""
    return directory / f"{slug}.zip"


def write_archive(database: Database, slug: str, directory: Path, progress: Progress = no_progress) -> Path:
    """Write the archive of everything that the checkpoint covers; replaces an earlier one whole."""
    directory.mkdir(parents=True, exist_ok=True)
    path = archive_path(directory, slug)
    # A name of its own: two recorders may write the same archive, and each puts a whole one in place.
    unfinished = directory / f".{slug}-{secrets.token_hex(4)}.part"
    try:
        _write(database, slug, unfinished, progress)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _write(database: Database, slug: str, file: Path, progress: Progress) -> None:
    with database.read() as session, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        campaign = campaign_by_slug(session, slug)
        public_log = session.get_one(Log, campaign.id)
        archive.writestr("checkpoint", public_log.checkpoint or "")
        archive.writestr("key", public_log.verifier_key + "\n")
        _write_tiles(session, public_log, archive, progress)
        archive.writestr("result.json", _result(session, slug))


def _write_tiles(session: Session, public_log: Log, archive: zipfile.ZipFile, progress: Progress) -> None:
    size = public_log.signed_size
    campaign_id = public_log.campaign_id
    for tile, width in tiles.tiles_of(size):
        hashes = log.tile_reader(session, campaign_id)(tile)
        archive.writestr(
            tiles.tile_path(tile.level, tile.index, width), hashes[: width * HASH_SIZE], zipfile.ZIP_STORED
        )
    for start in range(0, size, tiles.WIDTH):
        end = min(start + tiles.WIDTH, size)
        name = tiles.tile_path("entries", start // tiles.WIDTH, end - start)
        archive.writestr(name, entry_format.bundle(log.entries(session, campaign_id, start, end)))
        progress(end, size)


def _result(session: Session, slug: str) -> str:
    campaign = campaign_by_slug(session, slug)
    public_log = session.get_one(Log, campaign.id)
    # Until ``closed`` is signed, this archive does not hold it.
    final = final_checkpoint(session, campaign.id)
    whole = final is not None and final.size <= public_log.signed_size
    numbers = [candidate.number for candidate in ballot_roster(session, campaign.id)]
    tally = tally_ledger(session, campaign.id, numbers, campaign.rules.zone, leaves=public_log.signed_size)
    return json.dumps(
        {
            "slug": slug,
            "title": campaign.title,
            "closed_at": rfc3339(campaign.closed_at) if campaign.closed_at and whole else None,
            "tally": {str(number): count for number, count in tally.counted().items()},
            "ballots": sum(tally.ballots.values()),
            "counted": tally.ballots[COUNTED],
            "held": tally.ballots[HELD],
            "voided": tally.ballots[VOIDED],
            "checkpoint": public_log.checkpoint,
        },
        ensure_ascii=False,
        indent=1,
    )
