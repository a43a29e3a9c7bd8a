"""Evidence files of a campaign, as ``docs/fraud-scan.md`` describes them: for a scan elsewhere, or a second opinion."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from anti_fraud.networks.table import NO_TABLE, NetworkTable
from anti_fraud.scan.files import ballot_lines, view_lines, write_ballots, write_views

from ..campaigns.queries import campaign_by_slug
from ..database import Database
from ..encryption import Keyring
from .evidence_rows import ballot_rows, page_views, view_columns

Progress = Callable[[int, int], None]
GZIP = 31
"""zlib's number for a gzip header and a window of 32 KB."""


def export_evidence(
    database: Database, keyring: Keyring, networks: NetworkTable, slug: str, out: Path, progress: Progress
) -> tuple[Path, Path]:
    """Write ``ballots.csv.gz`` and ``views.csv.gz`` into a directory, readable by its owner alone. Raises NotFound."""
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    ballots, views = out / "ballots.csv.gz", out / "views.csv.gz"
    with database.read() as session:
        campaign_id = campaign_by_slug(session, slug).id
        # Who shared on can only be told once everyone has been seen: once through for the links, once for the rows.
        passed_on, voters = _links_and_voters(session, campaign_id, slug, keyring)
        rows = _ballots(session, campaign_id, slug, keyring, networks, passed_on)
        write_ballots(ballots, _counted(rows, progress))
        write_views(views, _views(session, campaign_id, slug, keyring, voters))
    for path in (ballots, views):
        path.chmod(0o600)
    return ballots, views


def stream_evidence(
    database: Database, keyring: Keyring, networks: NetworkTable, slug: str, name: str
) -> Iterator[bytes]:
    """One of the two files, ``ballots.csv.gz`` or ``views.csv.gz``, in pieces as it is made: a million rows are never held at
    once, and never on a disk in plain. Raises NotFound."""
    with database.read() as session:
        campaign_id = campaign_by_slug(session, slug).id
        passed_on, voters = _links_and_voters(session, campaign_id, slug, keyring)
        lines = (
            ballot_lines(_ballots(session, campaign_id, slug, keyring, networks, passed_on))
            if name.startswith("ballots")
            else view_lines(_views(session, campaign_id, slug, keyring, voters))
        )
        yield from _gzipped(lines)


def _gzipped(lines: Iterator[str]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, zlib.DEFLATED, GZIP)
    for line in lines:
        if piece := packer.compress(line.encode()):
            yield piece
    yield packer.flush()


def _ballots(
    session: Session, campaign_id: int, slug: str, keyring: Keyring, networks: NetworkTable, passed_on: set[str]
) -> Iterator[dict[str, Any]]:  # fmt: skip
    for row in ballot_rows(session, campaign_id, slug, keyring, networks):
        yield {**row.columns, "reshared": row.own_token in passed_on}


def _views(
    session: Session, campaign_id: int, slug: str, keyring: Keyring, voters: set[str]
) -> Iterator[dict[str, Any]]:
    for _number, batch in page_views(session, campaign_id, slug, keyring):
        yield from (view_columns(view) for view in batch if view.voter_tag not in voters)


def _links_and_voters(
    session: Session, campaign_id: int, slug: str, keyring: Keyring
) -> tuple[set[str], set[str]]:
    passed_on: set[str] = set()
    voters: set[str] = set()
    for row in ballot_rows(session, campaign_id, slug, keyring, NO_TABLE):
        voters.add(row.columns["voter_tag"])
        passed_on.add(row.columns["share_token"])
    for _number, batch in page_views(session, campaign_id, slug, keyring):
        passed_on.update(view.share_token for view in batch)
    return passed_on - {""}, voters


def _counted(rows: Iterator[dict[str, Any]], progress: Progress) -> Iterator[dict[str, Any]]:
    for done, row in enumerate(rows, 1):
        if done % 1000 == 0:
            progress(done, 0)
        yield row
