"""A campaign folder → everything an import needs, checked as a whole and with its photos stored; no database.

This is the long part of an import, so it needs no transaction: nothing else waits while photos are re-encoded.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..campaigns.cells import MOST_BYTES as MOST_TABLE_BYTES
from ..campaigns.composition import Person
from ..campaigns.declaration import Declaration, DeclarationRead, read_declaration
from ..campaigns.plan_cautions import plan_cautions
from ..campaigns.specimens import looks_unfinished, not_filled_in
from ..errors import BadFile, Problem, ProblemsFound
from ..text import _
from .folder import Folder, open_folder
from .layout import CAMPAIGN, Layout, PhotoFile, layout_of
from .photos import MOST_BYTES as MOST_PHOTO_BYTES
from .photos import PhotoStore, Picture
from .roster_table import RosterRead, RosterRow, read_roster
from .wordings import inducement_warnings

Progress = Callable[[int, int], None]
"""Told how many photos are done, of how many."""

_MOST_TOML_BYTES = 1024**2
# Decoders work outside Python's lock; each holds one photo of at most 150 MB.
_WORKERS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class CampaignRead:
    """What a folder without problems says."""

    declaration: Declaration
    rows: tuple[RosterRow, ...]
    photos: Mapping[int, tuple[Picture, ...]]
    """By candidate number, in order; candidates without photos are absent."""
    cover: Picture | None
    warnings: tuple[Problem, ...]

    @property
    def photo_count(self) -> int:
        """All photos, the cover among them."""
        return sum(len(pictures) for pictures in self.photos.values()) + (self.cover is not None)


def read_campaign(
    folder_path: Path,
    *,
    zone_name: str,
    photos: PhotoStore,
    progress: Progress | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> CampaignRead:
    """Read a directory or .zip and store its photos. Raises ProblemsFound with every problem of the folder; no
    photo is stored then. Photos that no campaign ends up using are harmless: they are found again by their hash."""
    with open_folder(folder_path) as folder:
        layout = layout_of(folder.names)
        problems = list(layout.problems)
        declared = _declared(folder, layout, zone_name, opens_at, closes_at, problems)
        roster = _roster(folder, layout, declared, problems)
        warnings = [*layout.warnings, *_check_together(declared, roster, layout, problems)]
        pictures = _each_photo(folder, layout.photos, photos.check, problems)
        if problems or declared.declaration is None:
            raise ProblemsFound(problems)
        # A folder that waits to be confirmed is read again and again: what is on the disk is not looked at twice.
        new = [file for file, picture in pictures.items() if not photos.has(picture)]
        pictures |= _each_photo(folder, new, photos.keep, problems, progress)
        if problems:
            raise ProblemsFound(problems)
    return CampaignRead(
        declared.declaration,
        tuple(sorted(roster.rows, key=lambda row: row.number)),
        _by_number(pictures),
        next((picture for file, picture in pictures.items() if file.number is None), None),
        tuple(warnings),
    )


def _declared(
    folder: Folder,
    layout: Layout,
    zone_name: str,
    opens_at: datetime | None,
    closes_at: datetime | None,
    problems: list[Problem],
) -> DeclarationRead:
    data = _bytes(folder, layout.campaign, _MOST_TOML_BYTES, problems)
    if data is None:
        return DeclarationRead(None, (), None)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(CAMPAIGN, _("不是 UTF-8 编码。"), _("请用记事本另存为，编码选 UTF-8。")))
        return DeclarationRead(None, (), None)
    read = read_declaration(text, zone_name, opens_at=opens_at, closes_at=closes_at)
    problems.extend(read.problems)
    return read


def _roster(folder: Folder, layout: Layout, declared: DeclarationRead, problems: list[Problem]) -> RosterRead:
    data = _bytes(folder, layout.table, MOST_TABLE_BYTES, problems)
    if layout.table is None or data is None:
        return RosterRead((), (), None)
    read = read_roster(layout.table, data, declared.categories)
    problems.extend(read.problems)
    return read


def _bytes(folder: Folder, name: str | None, most: int, problems: list[Problem]) -> bytes | None:
    if name is None:
        return None
    try:
        return folder.read(name, most)
    except ProblemsFound as error:
        problems.extend(error.problems)
        return None


def _check_together(
    declared: DeclarationRead, roster: RosterRead, layout: Layout, problems: list[Problem]
) -> Iterator[Problem]:
    """What shows only when rules, roster and photos are seen side by side. Yields the warnings."""
    if roster.numbers is not None:
        _check_owners(layout.photos, roster.numbers, problems)
        pictured = {file.number for file in layout.photos}
        for row in roster.rows:
            if row.number not in pictured:
                where = f"photos/{row.number}.jpg"
                yield Problem(where, _("%(number)s 号 %(name)s 没有照片。", number=row.number, name=row.name))
    if declared.declaration is not None:
        yield from inducement_warnings(
            declared.declaration.title, declared.declaration.description, roster.rows
        )
        yield from _unusual(declared.declaration, roster.rows)
    if declared.declaration is not None and roster.rows and not roster.problems:
        yield from check_numbers(declared.declaration, roster.rows, problems)


def _unusual(declared: Declaration, rows: Sequence[RosterRow]) -> Iterator[Problem]:
    """What opening will ask about, said while the folder is still at hand."""
    yield from not_filled_in(
        declared.slug, declared.title, declared.organiser, declared.description, declared.plan
    )
    yield from looks_unfinished(declared.slug, declared.organiser, declared.plan)
    people = [
        Person(row.gender, row.birth_date, row.category, row.organisation, row.front_line) for row in rows
    ]
    today = declared.rules.opens_at.astimezone(declared.rules.zone).date()
    yield from plan_cautions(declared.rules, declared.plan, people, today)


def _check_owners(files: Sequence[PhotoFile], numbers: frozenset[int], problems: list[Problem]) -> None:
    for file in files:
        if file.number is not None and file.number not in numbers:
            problems.append(Problem(file.path, _("候选人表里没有 %(number)s 号。", number=file.number)))


def check_numbers(
    declaration: Declaration, rows: Sequence[RosterRow], problems: list[Problem]
) -> Iterator[Problem]:
    """Whether there are enough candidates for the rules, in all and by category. Yields the warnings."""
    rules = declaration.rules
    sizes = Counter(row.category for row in rows)
    if rules.max_choices > len(rows):
        sentence = _("是 %(most)s，可候选人只有 %(n)s 位。", most=rules.max_choices, n=len(rows))
        problems.append(Problem(f"{CAMPAIGN} voting.max_choices", sentence))
    for position, category in enumerate(rules.categories, 1):
        size, where = sizes[category.key], f"{CAMPAIGN} category[{position}]"
        if (category.min_choices or 0) > size:
            sentence = _("至少要选 %(least)s 人，可这一组只有 %(n)s 位。", least=category.min_choices, n=size)
            problems.append(Problem(f"{where}.min_choices", sentence))
        elif size == 0:
            yield Problem(where, _("%(name)s这一组还没有候选人。", name=category.name))


def _each_photo(
    folder: Folder,
    files: Sequence[PhotoFile],
    work: Callable[[bytes], Picture],
    problems: list[Problem],
    progress: Progress | None = None,
) -> dict[PhotoFile, Picture]:
    """Do the work on every photo, several at a time; a bad one is a problem, and the rest go on."""

    # The thread reads its own file, so that no more photos are in memory than there are threads.
    def one(file: PhotoFile) -> Picture | list[Problem]:
        try:
            return work(folder.read(file.path, MOST_PHOTO_BYTES))
        except BadFile as error:
            return [error.at(file.path)]
        except ProblemsFound as error:
            return list(error.problems)

    tell = progress or (lambda _done, _total: None)
    done: dict[PhotoFile, Picture] = {}
    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        for count, (file, outcome) in enumerate(zip(files, pool.map(one, files), strict=True), 1):
            if isinstance(outcome, Picture):
                done[file] = outcome
            else:
                problems.extend(outcome)
            tell(count, len(files))
    return done


def _by_number(pictures: Mapping[PhotoFile, Picture]) -> dict[int, tuple[Picture, ...]]:
    """Each candidate's photos by position; gaps close, and the same picture twice is shown once."""
    found: dict[int, dict[str, Picture]] = {}
    for file, picture in sorted(pictures.items(), key=lambda item: (item[0].number or 0, item[0].position)):
        if file.number is not None:
            found.setdefault(file.number, {}).setdefault(picture.name, picture)
    return {number: tuple(named.values()) for number, named in found.items()}
