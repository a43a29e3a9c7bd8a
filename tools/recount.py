"""Recount a selection from its public log alone: python recount.py URL|DIR|ZIP [--key KEY] [--json]

Needs Python 3.11 and the `cryptography` package. It shares no code with the voting service, so that an
error there cannot hide itself here. It checks the signature (C2SP signed-note), the tree (RFC 6962, C2SP
tlog-tiles) and every entry against the published rules, counts again, and names all that is wrong.
Exit status: 0 nothing wrong, 1 something wrong, 2 the log could not be read.
"""

import argparse
import base64
import binascii
import contextlib
import http.client
import json
import re
import sys
import time
import unicodedata
import urllib.error
import urllib.request
import zipfile
import zlib
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH, HASH = 256, 32
LARGEST = WIDTH * (2 + 65_535)  # the largest entry bundle; nothing larger is ever read
NO_LIMIT = sys.maxsize
COUNTED, HELD, VOIDED = range(3)
HEADINGS = {
    "signature": "签名", "origin": "来源", "tree": "哈希树", "bundle": "条目包", "entry": "条目",
    "opened": "规则", "ballot": "选票", "choices": "所选", "time": "时间", "limit": "限额",
    "decision": "处置", "closed": "封箱", "certified": "认定", "result": "公布结果",
}  # fmt: skip
T = TypeVar("T")


class CannotRead(Exception):
    """The log, or a part that is needed, cannot be had; nothing can be said about it."""


class NotThere(CannotRead):
    """There is no such file."""


class Withheld(CannotRead):
    """The file exists but is not public yet."""


@dataclass
class Report:
    """What was found wrong, each with its leaf where there is one, and what a reader should know besides."""

    wrong: list[tuple[int | None, str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unlisted: int = 0

    def add(self, leaf: int | None, kind: str, problem: str) -> None:
        if len(self.wrong) < 10_000:  # a log that is wrong throughout must not fill the memory
            self.wrong.append((leaf, kind, problem[:500]))
        else:
            self.unlisted += 1


# ── Reading: a web address, a folder or an archive, all with the same paths ──

Read = Callable[[str], bytes]


def reader(place: str) -> Read:
    """Return what reads one file of the log; it raises CannotRead, NotThere or Withheld."""
    if place.startswith(("http://", "https://")):
        return lambda path: read_web(f"{place.rstrip('/')}/{path}")
    try:
        root: Path | zipfile.Path = Path(place)
        if not root.is_dir():
            root = zipfile.Path(zipfile.ZipFile(place))
        if not (root / "checkpoint").exists():  # many programs put an archive's files into one folder more
            inner: Iterator[Any] = root.iterdir()
            root = next((one for one in inner if (one / "checkpoint").exists()), root)
    except (OSError, zipfile.BadZipFile) as error:
        raise CannotRead(f"{place}: neither a web address nor a folder nor an archive ({error})") from None
    return lambda path: read_file(root, path)


def read_file(root: Path | zipfile.Path, path: str) -> bytes:
    try:
        with (root / path).open("rb") as file:
            data: bytes = file.read(LARGEST + 1)
            return data
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise NotThere(f"{root / path}: no such file") from None
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise CannotRead(f"{root / path}: {error}") from None


def read_web(url: str) -> bytes:
    headers = {"Accept-Encoding": "gzip, identity", "User-Agent": "recount"}
    for pause in (0.2, 0.4, 0.8, 0):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
                data: bytes = answer.read(LARGEST + 1)
                packed = answer.headers.get("Content-Encoding") == "gzip"
            return zlib.decompressobj(31).decompress(data, LARGEST + 1) if packed else data
        except urllib.error.HTTPError as error:
            problem = f"HTTP {error.code}"
            if error.code < 500 and error.code != 429:
                kind = {403: Withheld, 404: NotThere, 410: NotThere}.get(error.code, CannotRead)
                raise kind(f"{url}: {problem}") from None
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            problem = str(getattr(error, "reason", error)) or type(error).__name__
        time.sleep(pause)
    raise CannotRead(f"{url}: {problem}")


def text_of(read: Read, path: str) -> str:
    try:
        return read(path).decode()
    except UnicodeDecodeError:
        raise CannotRead(f"{path} is not text in UTF-8") from None


def read_piece(read: Read, level: int | str, index: int, width: int) -> tuple[bytes, bool]:
    """Read a tile or bundle; when a partial one is gone, the full one that took its place (True)."""
    digits = f"{index:03d}".zfill(-(-len(str(index)) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    path = f"tile/{level}/" + "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
    if width == WIDTH:
        return read(path), False
    try:
        return read(f"{path}.p/{width}"), False
    except NotThere as missing:
        try:
            return read(path), True
        except NotThere:
            raise missing from None


def read_tile(read: Read, level: int, index: int, width: int) -> list[bytes]:
    data, grown = read_piece(read, level, index, width)
    hashes = [data[i : i + HASH] for i in range(0, len(data), HASH)]
    return hashes[:width] if grown else hashes


def read_bundle(read: Read, index: int, width: int) -> tuple[list[bytes], bool]:
    """Return the entries of a bundle and whether it ended where an entry ends."""
    data, grown = read_piece(read, "entries", index, width)
    entries: list[bytes] = []
    position = 0
    while position < len(data):
        start = position + 2
        position = start + int.from_bytes(data[position:start], "big")
        if position > len(data) or start > len(data):
            return entries, False
        entries.append(data[start:position])
    return entries[:width] if grown else entries, True


def in_order(read: Callable[[int], T], count: int) -> Iterator[T]:
    """Read pieces 0 to count-1, a few ahead at a time: over a network, waiting is most of the work."""
    pool, ahead = ThreadPoolExecutor(8), deque[Future[T]]()
    try:
        for index in range(count):
            ahead.append(pool.submit(read, index))
            if len(ahead) > 16:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


# ── The checkpoint and its signature ──


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes


def parse_checkpoint(note: str) -> Checkpoint:
    lines = note[: note.rfind("\n\n") + 1].split("\n")[:-1]
    if len(lines) < 3 or not all(lines) or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
        raise CannotRead("the checkpoint is not three lines (origin, size, root hash) and signatures")
    return Checkpoint(lines[0], int(lines[1]), unbase64(lines[2], "the checkpoint's root hash"))


def unbase64(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CannotRead(f"{what} is not base64") from None


def signature_problem(note: str, key: str) -> str | None:
    """Say why the note is not signed by the key (C2SP signed-note, Ed25519); None if it is."""
    name, _, rest = key.partition("+")
    key_id, _, encoded = rest.partition("+")
    public = unbase64(encoded, "the verifier key")
    if len(public) != 33 or sha256(f"{name}\n".encode() + public).hexdigest()[:8] != key_id or public[0] != 1:
        raise CannotRead("the verifier key is not of the form name+id+key, or its id is not its own")
    divider, signed = note.rfind("\n\n"), False
    for line in note[divider + 2 :].split("\n")[:-1]:
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        signature = unbase64(encoded, "a signature of the checkpoint")
        if (dash, signer, signature[:4].hex()) != ("—", name, key_id):
            continue  # of another key, such as a witness: it proves nothing to us, and harms nothing
        try:
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], note[: divider + 1].encode())
        except InvalidSignature:
            return f"the signature in the name of {name} is wrong"
        signed = True
    return None if signed else f"the checkpoint is not signed by the key {key}"


def check_origin(place: str, origin: str, key: str, report: Report) -> None:
    name = key.partition("+")[0]
    if origin != name:
        report.add(None, "origin", f"the checkpoint is of {origin}, the key is of {name}")
    _, web, address = place.rstrip("/").partition("://")
    if web and origin != address:
        if origin.partition("/")[2] != address.partition("/")[2]:
            report.add(None, "origin", f"the checkpoint is of {origin}, not of {address}")
        else:  # the same log through another name of its host, or a copy of it
            report.remarks.append(f"The log calls itself {origin}; it was read at {address}.")


# ── The tree ──


def fold(hashes: list[bytes]) -> bytes:
    """Hash a row of subtrees up to their root (RFC 6962, section 2.1); an odd last one rises as it is."""
    while len(hashes) > 1:
        odd = hashes[len(hashes) & ~1 :]
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return hashes[0] if hashes else sha256(b"").digest()


class Tree:
    """Computes the root from the leaves while they pass, holding one unfinished tile a level."""

    def __init__(self, read: Read, report: Report) -> None:
        self.read, self.report = read, report
        self.rows: list[list[bytes]] = []
        self.done: list[int] = []
        self.last: list[bytes] = []

    def add_leaves(self, index: int, width: int, hashes: list[bytes], stored: list[bytes]) -> None:
        self.compare(0, index, hashes, stored)
        self.last = [] if width == WIDTH else hashes
        if width == WIDTH:
            self.push(0, fold(hashes))

    def push(self, row: int, subtree: bytes) -> None:
        if row == len(self.rows):
            self.rows.append([])
            self.done.append(0)
        self.rows[row].append(subtree)
        if len(self.rows[row]) == WIDTH:
            hashes, self.rows[row] = self.rows[row], []
            self.check_row(row, hashes)
            self.done[row] += 1
            self.push(row + 1, fold(hashes))

    def check_row(self, row: int, hashes: list[bytes]) -> None:
        level, index = row + 1, self.done[row]
        self.compare(level, index, hashes, read_tile(self.read, level, index, len(hashes)))

    def compare(self, level: int, index: int, hashes: list[bytes], stored: list[bytes]) -> None:
        if hashes == stored:
            return
        length = min(len(hashes), len(stored))
        first = next((i for i in range(length) if hashes[i] != stored[i]), length)
        problem = f"tile {index} of level {level} has {len(stored)} hashes, the entries give {len(hashes)}; "
        problem += f"from its hash {first} on they differ"
        self.report.add((index * WIDTH + first) * WIDTH**level, "tree", problem)

    def root(self) -> bytes:
        below = [fold(self.last)] if self.last else []
        for row, hashes in enumerate(self.rows):
            if hashes:
                self.check_row(row, hashes)
            below = [fold(hashes + below)] if hashes or below else []
        return fold(below)


# ── The rules, and what they say of one ballot ──

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{3}Z").fullmatch


def text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} stands where a text should")
    return value


def whole(value: object, default: int | None = None) -> int:
    """Check a whole number; null gives the default where there is one."""
    if value is None and default is not None:
        return default
    if type(value) is not int:  # in Python, true is an int
        raise TypeError(f"{value!r} stands where a whole number should")
    return value


def moment(value: object) -> str:
    """Check a time; all have one form, so that they compare as texts."""
    if not TIME(text(value)):
        raise ValueError(f"{value!r} stands where a time such as 2026-04-01T01:00:00.000Z should")
    datetime.fromisoformat(str(value))
    return str(value)


def time_zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        # Windows has no time zone data of its own. China has had one offset since 1992.
        if name == "Asia/Shanghai":
            return timezone(timedelta(hours=8))
        raise CannotRead(f"no data for the time zone {name!r}; on Windows: pip install tzdata") from None


class Rules:
    """The rules and the roster of the `opened` entry."""

    def __init__(self, rules: dict[str, Any], roster: list[dict[str, Any]]) -> None:
        self.names = {whole(one["number"]): text(one["name"]) for one in roster}
        if len(self.names) != len(roster) or not all(0 <= one < 2**31 for one in self.names):
            raise ValueError("two candidates have one number, or a number is beyond all use")
        self.opens, self.closes = moment(rules["opens_at"]), moment(rules["closes_at"])
        hours = rules.get("daily_hours") or ["00:00", "24:00"]
        self.from_minute, self.to_minute = (int(hour[:2]) * 60 + int(hour[3:]) for hour in hours)
        self.hours = "-".join(hours)
        self.low, self.high = whole(rules.get("min_choices"), 0), whole(rules.get("max_choices"), NO_LIMIT)
        self.per_day = whole(rules.get("ballots_per_day"), NO_LIMIT)
        self.in_all = whole(rules.get("ballots_total"), NO_LIMIT)
        self.per_candidate = whole(rules.get("same_candidate_per_day"), NO_LIMIT)
        self.counts = rules.get("counts")
        self.categories = [
            (text(one["name"]), {c["number"] for c in roster if c.get("category") == one["key"]},
             whole(one.get("min_choices"), 0), whole(one.get("max_choices"), NO_LIMIT))
            for one in rules.get("categories") or ()
        ]  # fmt: skip
        zone = time_zone(text(rules["timezone"]))

        @lru_cache(100_000)
        def local(minute: str) -> tuple[int, int]:
            here = datetime.fromisoformat(minute).replace(tzinfo=UTC).astimezone(zone)
            return here.toordinal(), here.hour * 60 + here.minute

        self.local = local

    def choice_problems(self, choices: list[int]) -> Iterator[str]:
        if any(left >= right for left, right in pairwise(choices)):
            yield f"{choices} are not in ascending order, each once"
        if not all(one in self.names for one in choices):
            yield f"{[one for one in choices if one not in self.names]} are not on the roster"
        if not self.low <= len(choices) <= self.high:
            yield f"{len(choices)} choices, the rules ask for {limits(self.low, self.high)}"
        for name, members, low, high in self.categories:
            count = sum(one in members for one in choices)
            if not low <= count <= high:
                yield f"{count} choices in {name}, the rules ask for {limits(low, high)}"

    def time_problems(self, at: str, minute: int) -> Iterator[str]:
        if not self.opens <= at < self.closes:
            yield f"cast at {at}, outside {self.opens} to {self.closes}"
        if not self.from_minute <= minute < self.to_minute:
            yield f"cast at {minute // 60:02}:{minute % 60:02} local time, daily hours are {self.hours}"


def limits(low: int, high: int) -> str:
    return f"at least {low}" if high == NO_LIMIT else f"{low} to {high}"


class Allowances:
    """How much of each voter's allowance is used. Held and voided ballots used theirs too.

    A million voters are kept in columns of numbers; by candidate only from a voter's second ballot in a
    day on, since one ballot cannot name a candidate twice.
    """

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.in_all, self.day, self.today, self.first = array("I"), array("i"), array("I"), array("I")
        self.repeats: dict[int, Counter[int]] = {}
        self.repeats_day = 0

    def use(
        self, rules: Rules, voter: str, day: int, ballot: int, choices: Callable[[int], Iterable[int]]
    ) -> Iterator[str]:
        """Take in the voter's next ballot, the `ballot`th of the log, and yield each limit it breaks."""
        row = self.rows.setdefault(voter, len(self.rows))
        if row == len(self.day):
            for column in (self.in_all, self.day, self.today, self.first):
                column.append(0)
        if self.day[row] != day:
            self.day[row], self.today[row], self.first[row] = day, 0, ballot
        self.in_all[row] += 1
        self.today[row] += 1
        if self.in_all[row] > rules.in_all:
            yield f"ballot {self.in_all[row]} of voter {voter}; {rules.in_all} are allowed in all"
        if self.today[row] > rules.per_day:
            yield f"ballot {self.today[row]} of voter {voter} that day; {rules.per_day} are allowed"
        if self.today[row] > 1 and rules.per_candidate != NO_LIMIT:
            yield from self.use_candidates(rules, row, day, ballot, choices)

    def use_candidates(
        self, rules: Rules, row: int, day: int, ballot: int, choices: Callable[[int], Iterable[int]]
    ) -> Iterator[str]:
        if day != self.repeats_day:
            self.repeats, self.repeats_day = {}, day
        if row not in self.repeats:
            self.repeats[row] = Counter(choices(self.first[row]))
        self.repeats[row].update(choices(ballot))
        for one in choices(ballot):
            if self.repeats[row][one] > rules.per_candidate:
                yield f"candidate {one} chosen {self.repeats[row][one]} times by one voter that day"


# ── The entries, in their order ──


def refuse(number: str) -> NoReturn:
    raise ValueError(f"{number} is not a whole number")


from_json = json.JSONDecoder(parse_float=refuse, parse_constant=refuse).decode
to_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Recount:
    """Takes the entries one by one, checks each against those before it, and counts."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.rules: Rules | None = None
        self.places: dict[str, int] = {}  # ballot id → its place among the ballots counted from 0
        self.marks, self.ends, self.standing = array("I"), array("Q"), bytearray()
        self.allowances = Allowances()
        self.tally: Counter[int] = Counter()
        self.ballots, self.last_cast, self.closed_at = 0, "", ""
        self.certified: tuple[int, Counter[int]] | None = None
        self.takers: dict[str, Callable[[int, dict[str, Any]], None]] = {
            "ballot": self.take_ballot, "opened": self.take_opened, "closed": self.take_closed,
            "certified": self.take_certified, "notice": self.take_notice,
            **dict.fromkeys(("held", "voided", "restored"), self.take_decision),
        }  # fmt: skip

    def take(self, leaf: int, data: bytes) -> None:
        try:
            entry = from_json(data.decode())
            if to_json(entry).encode() != data:
                self.report.add(leaf, "entry", "not in the canonical encoding")
            if (entry["type"] == "opened") != (leaf == 0):
                self.report.add(leaf, "opened", "the first entry, and no other, is `opened`")
            moment(entry["at"])
            self.takers[entry["type"]](leaf, entry)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            self.report.add(leaf, "entry", f"not of the form it should have: {type(error).__name__} {error}")

    def take_opened(self, leaf: int, entry: dict[str, Any]) -> None:
        published = to_json({"candidates": entry["candidates"], "rules": entry["rules"]})
        if sha256(published.encode()).hexdigest() != entry["rules_sha256"]:
            self.report.add(leaf, "opened", "rules_sha256 is not the hash of these rules and candidates")
        if leaf == 0:
            self.rules = Rules(entry["rules"], entry["candidates"])

    def take_ballot(self, leaf: int, entry: dict[str, Any]) -> None:
        self.ballots += 1
        if self.closed_at:
            self.report.add(leaf, "closed", "a ballot after the box was closed")
        rules, place, at = self.rules, len(self.standing), entry["at"]
        if rules is None:
            raise ValueError("without rules, a ballot cannot be counted")
        name, voter, _ = text(entry["ballot"]), text(entry["voter"]), text(entry["channel"])
        choices = [whole(one) for one in entry["choices"]]
        if type(entry["held"]) is not bool:
            raise TypeError("held is neither true nor false")
        if self.places.setdefault(name, place) != place:
            self.report.add(leaf, "ballot", f"ballot {name} is in the log before; it is counted once")
            return
        self.marks.extend(sorted(rules.names.keys() & choices))
        self.ends.append(len(self.marks))
        self.standing.append(HELD)
        if not entry["held"]:
            self.set_standing(place, COUNTED)
        if at < self.last_cast:
            self.report.add(leaf, "time", f"cast at {at}, before the ballot that precedes it")
        self.last_cast = at
        day, minute = rules.local(at[:16])
        for kind, problems in (
            ("choices", rules.choice_problems(choices)),
            ("time", rules.time_problems(at, minute)),
            ("limit", self.allowances.use(rules, voter, day, place, self.choices)),
        ):
            for problem in problems:
                self.report.add(leaf, kind, problem)

    def choices(self, place: int) -> "array[int]":
        return self.marks[self.ends[place - 1] if place else 0 : self.ends[place]]

    def set_standing(self, place: int, standing: int) -> None:
        if (self.standing[place] == COUNTED) != (standing == COUNTED):
            for one in self.choices(place):
                self.tally[one] += 1 if standing == COUNTED else -1
        self.standing[place] = standing

    def take_decision(self, leaf: int, entry: dict[str, Any]) -> None:
        standing = {"restored": COUNTED, "held": HELD, "voided": VOIDED}[entry["type"]]
        if not entry["reason"] or not entry["decision"]:
            self.report.add(leaf, "decision", "a decision without a reason or without a number")
        for name in entry["ballots"]:
            if name in self.places:
                self.set_standing(self.places[name], standing)
            else:
                self.report.add(leaf, "decision", f"ballot {name} is not in the log before this decision")

    def take_notice(self, leaf: int, entry: dict[str, Any]) -> None:
        if not entry["id"] or not re.fullmatch("[0-9a-f]{64}", entry["sha256"]):
            self.report.add(leaf, "entry", "a notice without an id or a SHA-256")

    def take_closed(self, leaf: int, entry: dict[str, Any]) -> None:
        if self.closed_at:
            self.report.add(leaf, "closed", "the box was closed before")
        self.closed_at = moment(entry["sealed_at"])
        if self.closed_at < self.last_cast:
            self.report.add(
                leaf, "closed", f"sealed at {self.closed_at}, the last ballot at {self.last_cast}"
            )
        if whole(entry["ballots"]) != self.ballots:
            self.report.add(leaf, "closed", f"says {entry['ballots']} ballots, the log has {self.ballots}")

    def take_certified(self, leaf: int, entry: dict[str, Any]) -> None:
        if not self.closed_at:
            self.report.add(leaf, "certified", "certified before the box was closed")
        self.certified = leaf, self.tally.copy()
        self.compare(leaf, "certified", numbers(entry["tally"]))

    def compare(self, leaf: int | None, kind: str, said: dict[int, int]) -> None:
        for one in sorted(said.keys() | self.tally.keys()):
            if said.get(one, 0) != self.tally[one]:
                problem = f"candidate {one}: published {said.get(one, 0)}, recounted {self.tally[one]}"
                self.report.add(leaf, kind, problem)

    def finish(self) -> None:
        if self.certified and self.certified[1] != self.tally:
            self.report.add(self.certified[0], "certified", "decisions after it changed this tally")
        if self.ballots and not self.certified:
            self.report.remarks.append("No tally is certified yet; this one is as of the checkpoint.")


def numbers(tally: dict[str, int]) -> dict[int, int]:
    read = {int(number): whole(count) for number, count in tally.items()}
    if [str(number) for number in read] != list(tally):
        raise ValueError("a candidate's number in a tally is not in plain decimal")
    return read


# ── All of it together ──


def read_log(read: Read, size: int, report: Report, recount: Recount) -> tuple[bytes, bool]:
    """Return the root hash as computed, and whether the entries are withheld."""
    tree, tiles = Tree(read, report), -(-size // WIDTH)
    withheld = [tiles]  # bundles that are not public, and one past the last; the first of them counts

    def read_both(index: int) -> tuple[list[bytes], bool, list[bytes]]:
        width = min(WIDTH, size - index * WIDTH)
        stored = read_tile(read, 0, index, width)
        if index < min(withheld):
            try:
                return *read_bundle(read, index, width), stored
            except Withheld:
                withheld.append(index)
        return [], True, stored

    for index, (entries, ended, stored) in enumerate(in_order(read_both, tiles)):
        progress(index + 1, tiles)
        start, width = index * WIDTH, min(WIDTH, size - index * WIDTH)
        if index >= min(withheld):  # the tiles alone still prove that nothing can be changed meanwhile
            tree.add_leaves(index, width, stored, stored)
            continue
        if not ended or len(entries) != width:
            problem = f"bundle {index} has {len(entries)} whole entries, not {width}"
            report.add(start + min(len(entries), width), "bundle", problem)
        tree.add_leaves(index, width, [sha256(b"\0" + entry).digest() for entry in entries], stored)
        for leaf, entry in enumerate(entries, start):
            recount.take(leaf, entry)
    return tree.root(), len(withheld) > 1


def compare_result(read: Read, note: str, origin: str, recount: Recount, report: Report) -> None:
    """Compare with the result.json of a downloaded archive, where there is one."""
    try:
        published = from_json(text_of(read, "result.json"))
        recount.compare(None, "result", numbers(published["tally"]))
        standing = {"ballots": recount.ballots, "held": HELD, "voided": VOIDED}
        for key in ("held", "voided"):
            standing[key] = recount.standing.count(standing[key])
        for key, count in standing.items():
            if published[key] != count:
                report.add(None, "result", f"{key}: published {published[key]}, recounted {count}")
        if published["checkpoint"].partition("\n\n")[0] != note.partition("\n\n")[0]:
            report.add(None, "result", "result.json was computed from another checkpoint")
        if origin.rpartition("/")[2] != published["slug"]:
            report.add(None, "result", f"result.json is of {published['slug']}, the log is {origin}")
    except NotThere:
        return
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        report.add(None, "result", f"result.json is not of the form that it should have: {error}")


def check(place: str, given_key: str | None) -> tuple[Report, dict[str, Any]]:
    """Check the whole log; return what is wrong and what was counted."""
    read, report = reader(place), Report()
    recount = Recount(report)
    note = text_of(read, "checkpoint")  # read once: a log that grows meanwhile is checked as of now
    checkpoint = parse_checkpoint(note)
    key = given_key or text_of(read, "key").strip()
    if not given_key:
        report.remarks.append("The key came from where the log did, which proves less: compare it with one "
                              f"published elsewhere (--key). {key}")  # fmt: skip
    if problem := signature_problem(note, key):
        report.add(None, "signature", problem)
    check_origin(place, checkpoint.origin, key, report)
    try:
        root, withheld = read_log(read, checkpoint.size, report, recount)
    except CannotRead as error:
        if not report.wrong:
            raise
        # What is wrong already must not go unsaid because, perhaps for that very reason, a file is missing.
        report.add(None, "tree", f"could not be read to its end: {error}")
        return report, summary(checkpoint, recount, False, key)
    if root != checkpoint.root:
        report.add(None, "tree", "the root hash computed is not the one in the checkpoint")
    if withheld:
        report.remarks.append("Entries are withheld until the counts are published: counting must wait.")
        if recount.rules and recount.rules.counts == "live":
            report.add(None, "bundle", "entries are withheld, and the rules say that counts are public")
    else:
        recount.finish()
        if "://" not in place:
            compare_result(read, note, checkpoint.origin, recount, report)
    return report, summary(checkpoint, recount, not withheld, key)


def summary(checkpoint: Checkpoint, recount: Recount, complete: bool, key: str) -> dict[str, Any]:
    names = recount.rules.names if recount.rules else {}
    found: dict[str, Any] = {
        "log": checkpoint.origin, "size": checkpoint.size, "key": key,
        "root_hash": base64.b64encode(checkpoint.root).decode(), "complete": complete,
    }  # fmt: skip
    if complete:
        counts = {name: recount.standing.count(n) for n, name in enumerate(("counted", "held", "voided"))}
        candidates = [{"number": n, "name": name, "counted": recount.tally[n]} for n, name in names.items()]
        certified = recount.certified is not None
        found |= {"ballots": recount.ballots, **counts, "certified": certified, "candidates": candidates}
    return found


# ── What people see ──


def progress(done: int, total: int) -> None:
    if sys.stderr.isatty() and (done % 32 == 0 or done == total):
        bar = "█" * (30 * done // total)
        end = "\n" if done == total else ""
        print(f"\r核验 checking {bar:<30} {100 * done // total:3} %", end=end, file=sys.stderr, flush=True)


def clean(value: object) -> str:
    """Drop what could steer a terminal: the log is not to be trusted with that."""
    return "".join(char if char.isprintable() else "�" for char in str(value))


def pad(value: str, width: int) -> str:
    return value + " " * (width - sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in value))


def page(report: Report, found: dict[str, Any]) -> Iterator[str]:
    for label, key in (("日志 Log", "log"), ("条目数 Entries", "size"), ("根哈希 Root hash", "root_hash")):
        yield pad(label, 20) + clean(found[key])
    if found["complete"]:
        yield (pad("选票 Ballots", 20) + f"{found['ballots']}: 计入 counted {found['counted']}, "
               f"待核 held {found['held']}, 作废 voided {found['voided']}\n")  # fmt: skip
        rows = [[clean(part) for part in one.values()] for one in found["candidates"]]
        for number, name, counted in [["编号 No.", "姓名 Name", "得票 Counted"], *rows]:
            yield pad(number, 10) + pad(name, 30) + counted
    yield f"\n发现的问题 Found wrong: {len(report.wrong) + report.unlisted}"
    for leaf, kind, problem in report.wrong:
        where = "" if leaf is None else f"第 {leaf} 号叶子 leaf {leaf} "
        yield f"  {where}[{HEADINGS[kind]} {kind}] {clean(problem)}"
    if report.unlisted:
        yield f"  … 另有 and {report.unlisted} more"
    yield "\n说明 Remarks"
    yield from (f"  {clean(remark)}" for remark in report.remarks)
    good = "全部相符 All agrees" if found["complete"] else "未能计票，其余相符 Not counted; all else agrees"
    yield "\n结论 Conclusion: " + ("有误 Something is wrong" if report.wrong else good)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Recount a selection from its public log 依公开日志重新计票")
    parser.add_argument(
        "place", metavar="URL|DIR|ZIP", help="the log's address, or a downloaded archive 日志地址或存档"
    )
    parser.add_argument("--key", help="verifier key, from a source other than the log 公钥，应另行取得")
    parser.add_argument("--json", action="store_true", help="print one JSON object 输出 JSON")
    options = parser.parse_args(arguments)
    try:
        report, found = check(options.place, options.key)
    except CannotRead as error:
        print(f"无法读取 Could not read: {clean(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 2
    if options.json:
        wrong = [{"leaf": leaf, "kind": kind, "problem": problem} for leaf, kind, problem in report.wrong]
        more = {"wrong": wrong, "unlisted": report.unlisted, "remarks": report.remarks}
        lines = [json.dumps({"ok": not wrong, **found, **more}, ensure_ascii=False, indent=1)]
    else:
        lines = list(page(report, found))
    with contextlib.suppress(BrokenPipeError):  # as when piped into `head`
        print("\n".join(lines), flush=True)
    return 1 if report.wrong else 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr] # an old console lacks letters
    sys.exit(main())
