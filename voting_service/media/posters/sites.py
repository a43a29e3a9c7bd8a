"""Where posters hang (投放点): each place has a name for people and a code in the QR code's address.

Kept in the journal, where it belongs anyway: what hangs on a wall stays there, so an old code is never another place's. The
latest entry is the list of today; all entries together say what a code that somebody still scans once meant.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import JournalEntry, journal
from ...campaigns.queries import campaign_by_slug
from ...errors import Problem, ProblemsFound
from ...evidence.provenance import is_site
from ...text import _

ACT = "name_poster_sites"
MOST_SITES = 200
LONGEST_NAME = 30


@dataclass(frozen=True)
class Site:
    """One place."""

    code: str
    name: str

    @property
    def line(self) -> str:
        """As it is typed."""
        return f"{self.name} | {self.code}"


def code_for(slug: str, name: str) -> str:
    """The code of a place that was given none: always the same for the same name in the same campaign."""
    digest = hashlib.sha256(f"{slug}\n{name}".encode()).digest()
    return base64.b32encode(digest)[:6].decode().lower()


def read_sites(slug: str, typed: str) -> list[Site]:
    """The places of a list, one a line: ``东门食堂``, or with a code of one's own ``东门食堂 | dongmen``. Raises ProblemsFound with
    everything that is wrong."""
    problems: list[Problem] = []
    sites: list[Site] = []
    lines = [" ".join(line.replace("｜", "|").split()) for line in typed.splitlines()]
    for line in filter(None, lines):
        name, _bar, code = (part.strip() for part in line.partition("|"))
        site = Site(code or code_for(slug, name), name)
        problems += _problems(site, sites)
        sites.append(site)
    if len(sites) > MOST_SITES:
        problems.append(Problem("sites", _("最多 %(most)s 个投放点。", most=MOST_SITES)))
    if problems:
        raise ProblemsFound(problems[:20])
    return sites


def _problems(site: Site, before: Iterable[Site]) -> Iterable[Problem]:
    if not site.name or len(site.name) > LONGEST_NAME:
        yield Problem(
            "sites", _("“%(name)s”：名称要有 1 到 %(most)s 个字。", name=site.name[:40], most=LONGEST_NAME)
        )
    if not is_site(site.code):
        yield Problem(
            "sites",
            _(
                "“%(name)s”：代号只能用字母、数字、“-”和“_”，最多 24 个字符，以字母或数字开头。",
                name=site.name[:40],
            ),
        )
    for one in before:
        if one.code == site.code or one.name == site.name:
            yield Problem("sites", _("“%(name)s”：名称或代号重复。", name=site.name[:40]))
            return


def name_sites(
    session: Session, slug: str, typed: str, *, at: datetime, official: ActingOfficial
) -> Sequence[Site]:
    """Write today's list down. The caller commits. Raises ProblemsFound, NotFound."""
    campaign_by_slug(session, slug)
    sites = read_sites(slug, typed)
    details = {"sites": [[site.code, site.name] for site in sites]}
    journal(session, at=at, actor=official.name, act=ACT, subject=slug, details=details)
    return sites


def current_sites(session: Session, slug: str) -> list[Site]:
    """Today's list, in its order."""
    lists = _lists(session, slug)
    return lists[-1] if lists else []


def known_names(session: Session, slug: str) -> dict[str, str]:
    """What each code means, or last meant; by code."""
    return {site.code: site.name for sites in _lists(session, slug) for site in sites}


def _lists(session: Session, slug: str) -> list[list[Site]]:
    entries = session.scalars(
        select(JournalEntry.details)
        .where(JournalEntry.act == ACT, JournalEntry.subject == slug)
        .order_by(JournalEntry.id)
    )
    return [[Site(code, name) for code, name in json.loads(details)["sites"]] for details in entries]
