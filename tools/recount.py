"""Recount a selection from its public log alone: python recount.py URL|DIR|ZIP [--key KEY] [--json]

Needs Python 3.11 and the `cryptography` package. It shares no code with the voting service, so that an
error there cannot hide itself here. It checks the signature (C2SP signed-note), the tree (RFC 6962, C2SP
tlog-tiles) and every entry against the published rules, counts again, and names all that is wrong.
Exit status: 0 nothing wrong, 1 something wrong, 2 the log could not be read.
"""

import argparse
import base64
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
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH, HASH = 256, 32
LARGEST = WIDTH * (2 + 65_535)  # the largest entry bundle; nothing larger is ever read
CLOCK_STEP = timedelta(minutes=10)  # a clock may be set back a little; no ballot may be moved in time
NO_LIMIT = sys.maxsize
COUNTED, HELD, VOIDED = range(3)
DECISIONS = {"restored": COUNTED, "held": HELD, "voided": VOIDED}
ALLOWANCES = ("ballots_total", "ballots_per_day", "same_candidate_per_day")
ONCE = Counter([-1])  # what a voter has used of a day's allowances after one ballot; -1 stands for ballots
KINDS = {str: "a text", int: "a whole number", bool: "true or false"}
HEADINGS = {
    "signature": "签名", "origin": "来源", "tree": "哈希树", "bundle": "条目包", "entry": "条目",
    "opened": "规则", "ballot": "选票", "choices": "所选", "time": "时间", "limit": "限额",
    "decision": "处置", "closed": "封箱", "certified": "认定", "result": "公布结果",
}  # fmt: skip
MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{3}Z").fullmatch
KEY = re.compile(r"(.+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})").fullmatch
NOTE = re.compile(  # text (origin, size, root hash, anything more), signatures
    r"((.+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n(?:.+\n)*)\n((?:.+\n)*).*"
).fullmatch
Read = Callable[[str], bytes]
Entry = dict[str, Any]


class Withheld(OSError):
    """The file exists but is not public yet; its cause says more. Other OSErrors: nothing can be said."""


class Report:
    """What was found wrong, each with its leaf where there is one, and what a reader should know besides."""

    def __init__(self) -> None:
        self.wrong: list[tuple[int | None, str, str]] = []
        self.remarks: list[str] = []
        self.unlisted = 0
        self.leaf: int | None = None  # the one that is looked at now

    def expect(self, good: object, kind: str, problem: str, *values: object, leaf: int | None = None) -> None:
        """Note the problem, with its values filled in, unless all is good."""
        if not good and len(self.wrong) < 10_000:
            where = self.leaf if leaf is None else leaf
            self.wrong.append((where, kind, (problem % values if values else problem)[:500]))
        elif not good:  # a log that is wrong throughout must not fill the memory
            self.unlisted += 1


# ── Reading: a web address, a folder or an archive, all with the same paths ──


def reader(place: str) -> Read:
    """Return what reads one file of the log; it raises OSError, of which FileNotFoundError or Withheld."""
    if place.startswith(("http://", "https://")):
        return lambda path: read_web(f"{place.rstrip('/')}/{path}")
    try:
        root: Any = Path(place)
        if not root.is_dir():
            root = zipfile.Path(zipfile.ZipFile(place))
        if not (root / "checkpoint").exists():  # many programs put an archive's files into one folder more
            root = next((one for one in root.iterdir() if (one / "checkpoint").exists()), root)
    except (OSError, zipfile.BadZipFile) as error:
        raise OSError(f"{place}: neither a web address nor a folder nor an archive ({error})") from None
    return lambda path: read_file(root / path)


def read_file(file: Any) -> bytes:
    try:
        with file.open("rb") as stream:
            return bytes(stream.read(LARGEST + 1))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise OSError(f"{file}: {error}") from None


def read_web(url: str) -> bytes:
    headers = {"Accept-Encoding": "gzip, identity", "User-Agent": "recount"}
    for pause in (0.2, 0.4, 0.8, 0):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
                return body_of(answer)
        except Exception as error:  # of the network, of HTTP, of gzip, of the address
            code = error.code if isinstance(error, urllib.error.HTTPError) else 0
            problem = f"HTTP {code}" if code else str(getattr(error, "reason", error)) or type(error).__name__
            if code == 403:
                raise Withheld(f"{url}: {problem}") from error
        if 400 <= code < 500 and code != 429:
            raise (FileNotFoundError if code in {404, 410} else OSError)(f"{url}: {problem}")
        time.sleep(pause)
    raise OSError(f"{url}: {problem}")


def body_of(answer: Any) -> bytes:
    data: bytes = answer.read(LARGEST + 1)
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return zlib.decompressobj(31).decompress(data, LARGEST + 1) if packed else data


def read_piece(read: Read, level: int | str, index: int, width: int) -> list[Any]:
    """Return a tile's hashes or a bundle's entries; where a partial one is gone, the full one is there."""
    digits = str(index).zfill(-(-len(str(index)) // 3) * 3)
    path = f"tile/{level}/" + re.sub("([0-9]{3})(?=.)", r"x\1/", digits)
    if width == WIDTH:
        return split(read(path), level)
    try:
        return split(read(f"{path}.p/{width}"), level)
    except FileNotFoundError as missing:
        with suppress(FileNotFoundError):
            return split(read(path), level)[:width]
        raise missing from None


def read_shown(read: Read, index: int, width: int) -> tuple[int, list[Any]]:
    """Return how many of a bundle's entries are public, and those; entry 0 must be, whatever the server says."""
    try:
        return width, read_piece(read, "entries", index, width)
    except Withheld as refused:
        shown = 0
        with suppress(Exception):  # of the network, of gzip, of JSON: then only entry 0 is asked for
            shown = int(a(int, from_json(body_of(refused.__cause__).decode())["shown_size"]))
    for fewer in (min(shown - index * WIDTH, width - 1), 1 - index):
        with suppress(Withheld, FileNotFoundError):
            if fewer > 0:
                return fewer, read_piece(read, "entries", index, fewer)
    return 0, []


def split(data: bytes, level: int | str) -> list[Any]:
    """Split a bundle at the lengths it gives, with None for an entry that is cut short; or a tile."""
    if level != "entries":
        return [data[i : i + HASH] for i in range(0, len(data), HASH)]
    entries, position = list[bytes | None](), 0
    while position < len(data):
        start = position + 2
        position = start + int.from_bytes(data[position:start], "big")
        entries.append(data[start:position] if position <= len(data) else None)
    return entries


def in_order(read: Callable[[int], Any], count: int) -> Iterator[Any]:
    """Read pieces 0 to count-1, some ahead at a time: over a network, waiting is most of the work."""
    pool, ahead = ThreadPoolExecutor(8), iter(())
    try:
        for start in range(0, count + 32, 32):
            now, ahead = ahead, pool.map(read, range(start, min(start + 32, count)))
            yield from now
    finally:
        pool.shutdown(cancel_futures=True)


# ── The checkpoint, its signature, the tree ──


def open_note(note: str, key: str, report: Report) -> tuple[str, int, bytes]:
    """Check that the note is signed by the key (C2SP signed-note, Ed25519); return origin, size and root hash."""
    if not (parts := NOTE(note)):
        raise OSError("the checkpoint is not three lines (origin, size, root hash) and signatures")
    signed, origin, size, root, signatures = parts.groups()
    name, key_id, encoded = found.groups() if (found := KEY(key)) else ("", "", "")
    public = base64.b64decode(encoded)
    if sha256(f"{name}\n".encode() + public).hexdigest()[:8] != key_id or public[0] != 1:
        raise OSError("the verifier key is not of the form name+id+key, or its id is not its own")
    ours = []  # others, such as those of witnesses, prove nothing to us, and harm nothing
    for line in signatures.split("\n")[:-1]:
        dash, _, rest = line.partition(" ")
        signer, _, text = rest.partition(" ")
        try:
            signature = base64.b64decode(text, validate=True)
        except ValueError:
            raise OSError("a signature of the checkpoint is not base64") from None
        if (dash, signer, signature[:4].hex()) == ("—", name, key_id):
            ours.append(signature[4:])
    report.expect(ours, "signature", "the checkpoint is not signed by the key %s", key)
    try:
        for signature in ours:
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature, signed.encode())
    except InvalidSignature:
        report.expect(False, "signature", "the signature in the name of %s is wrong", name)
    report.expect(origin == name, "origin", "the checkpoint is of %s, the key is of %s", origin, name)
    return origin, int(size), base64.b64decode(root)


def fold(hashes: list[bytes]) -> bytes:
    """Hash a row of subtrees up to their root (RFC 6962, section 2.1); an odd last one rises as it is."""
    while len(hashes) > 1:
        odd = hashes[len(hashes) & ~1 :]
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return hashes[0] if hashes else sha256(b"").digest()


def compare_tile(report: Report, level: int, index: int, hashes: list[bytes], stored: list[bytes]) -> None:
    if hashes != stored:
        length = min(len(hashes), len(stored))
        first = next((i for i in range(length) if hashes[i] != stored[i]), length)
        leaf = (index * WIDTH + first) * WIDTH**level
        problem = "tile %s of level %s has %s hashes, the entries give %s; from its hash %s on they differ"
        report.expect(False, "tree", problem, index, level, len(stored), len(hashes), first, leaf=leaf)


def root_over(read: Read, report: Report, row: list[bytes], last: list[bytes]) -> bytes:
    """Check the tiles above the leaves; return the root. Given: full leaf tiles' hashes, the leaves after."""
    level, rest = 0, [fold(last)] if last else []
    while row:
        level, row, below = level + 1, [], row
        for index, start in enumerate(range(0, len(below), WIDTH)):
            hashes = below[start : start + WIDTH]
            compare_tile(report, level, index, hashes, read_piece(read, level, index, len(hashes)))
            if len(hashes) == WIDTH:
                row.append(fold(hashes))
            else:
                rest = [fold(hashes + rest)]
    return fold(rest)


# ── The rules ──


def a(kind: type, value: Any) -> Any:
    """Check that a value is of this kind: in Python, true is an int; a text here is never empty."""
    if type(value) is not kind or value == "":
        raise TypeError(f"{value!r} stands where {KINDS[kind]} should")
    return value


def moment(value: str) -> str:
    """Check a time; all have one form, so that they compare as texts."""
    if not TIME(value):
        raise ValueError(f"{value!r} stands where a time such as 2026-04-01T01:00:00.000Z should")
    datetime.fromisoformat(value)
    return value


class Rules:
    """The rules and the roster of the `opened` entry."""

    def __init__(self, rules: Entry, roster: list[Entry]) -> None:
        def limit(source: Entry, key: str, default: int = NO_LIMIT) -> int:
            return default if source.get(key) is None else int(a(int, source[key]))

        self.names = {a(int, one["number"]): a(str, one["name"]) for one in roster}
        if len(self.names) != len(roster) or not all(0 <= one < 2**31 for one in self.names):
            raise ValueError("two candidates have one number, or a number is beyond all use")
        self.opens, self.closes = moment(rules["opens_at"]), moment(rules["closes_at"])
        hours = rules.get("daily_hours") or ["00:00", "24:00"]
        self.from_minute, self.to_minute = (int(hour[:2]) * 60 + int(hour[3:]) for hour in hours)
        self.hours, self.counts = "-".join(hours), a(str, rules["counts"])
        self.channels = [a(str, one) for one in a(list, rules["channels"])]
        self.one_ballot = {a(str, one) for one in a(list, rules.get("one_ballot_channels", []))}
        if not self.one_ballot <= set(self.channels):
            raise ValueError("one_ballot_channels names a channel that is not among the channels")
        self.in_all, self.per_day, self.per_candidate = (limit(rules, key) for key in ALLOWANCES)
        self.groups: list[Any] = [("", None, limit(rules, "min_choices", 0), limit(rules, "max_choices"))]
        for one in rules.get("categories") or ():
            members = {each["number"] for each in roster if each.get("category") == one["key"]}
            least, most = limit(one, "min_choices", 0), limit(one, "max_choices")
            self.groups.append((f" in {a(str, one['name'])}", members, least, most))
        self.local = lru_cache(100_000)(local_time(a(str, rules["timezone"])))


def local_time(zone: str) -> Callable[[str], tuple[int, int]]:
    """Return what gives, for a time up to its minute, the local day as a number and the minute of that day."""
    there: Any = timezone(timedelta(hours=8))  # what China has had since 1992; Windows lacks such data
    try:
        there = ZoneInfo(zone)
    except (OSError, ValueError, LookupError):
        if zone != "Asia/Shanghai":
            raise OSError(f"no data for the time zone {zone!r}; on Windows: pip install tzdata") from None

    def local(minute: str) -> tuple[int, int]:
        here = datetime.fromisoformat(minute).replace(tzinfo=UTC).astimezone(there)
        return here.toordinal(), here.hour * 60 + here.minute

    return local


# ── The entries, in their order ──

from_json = json.JSONDecoder(parse_float=int, parse_constant=int).decode  # int() refuses all of these
to_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Recount:
    """Takes the entries one by one, checks each against those before it, and counts."""

    def __init__(self, report: Report) -> None:
        self.report, self.expect = report, report.expect
        self.rules: Rules | None = None
        self.places: dict[str, int] = {}  # ballot id → its place among the ballots counted from 0
        self.marks, self.ends, self.standing = array("I"), array("Q"), bytearray()
        self.casts: Counter[str] = Counter()  # ballots by voter; held and voided ones use an allowance too
        self.spent: set[str] = set()  # voters whose channel allows one ballot in all
        # Of the last two days, each voter's first ballot and, from the second on, ballots and choices.
        self.days: dict[int, tuple[dict[str, int], dict[str, Counter[int]]]] = {}
        self.tally: Counter[int] = Counter()
        self.certified: tuple[int, Counter[int]] | None = None
        self.ballots, self.steps, self.last_cast, self.latest, self.closed_at = 0, 0, "", "", ""

    def take(self, leaf: int, data: bytes) -> None:
        self.report.leaf = leaf
        try:
            entry = from_json(data.decode())
            self.expect(to_json(entry).encode() == data, "entry", "not in the canonical encoding")
            kind = entry["type"]
            self.expect((kind == "opened") == (leaf == 0), "opened", "entry 0, and no other, is `opened`")
            moment(entry["at"])
            TAKERS[kind](self, entry)
        except MALFORMED as error:
            self.expect(False, "entry", "not of the form it should have: %s %s", type(error).__name__, error)
        finally:
            self.report.leaf = None

    def take_opened(self, entry: Entry) -> None:
        published = to_json({"candidates": entry["candidates"], "rules": entry["rules"]})
        same = sha256(published.encode()).hexdigest() == entry["rules_sha256"]
        self.expect(same, "opened", "rules_sha256 is not the hash of these rules and candidates")
        if self.report.leaf == 0:
            self.rules = Rules(entry["rules"], entry["candidates"])

    def take_ballot(self, entry: Entry) -> None:
        self.ballots += 1
        self.expect(not self.closed_at, "closed", "a ballot after the box was closed")
        if (rules := self.rules) is None:
            raise ValueError("without rules, a ballot cannot be counted")
        name, voter, channel = (a(str, entry[key]) for key in ("ballot", "voter", "channel"))
        choices, held, at = [a(int, one) for one in entry["choices"]], a(bool, entry["held"]), entry["at"]
        place = len(self.standing)
        if self.places.setdefault(name, place) != place:
            self.expect(False, "ballot", "ballot %s is in the log before; it is counted once", name)
            return
        self.marks.extend(sorted(rules.names.keys() & choices))
        self.ends.append(len(self.marks))
        self.standing.append(HELD)
        if not held:
            self.set_standing(place, COUNTED)
        day, minute = rules.local(at[:16])
        self.expect(channel in rules.channels, "channel", "by %s, not one of %s", channel, rules.channels)
        self.check_choices(rules, choices)
        self.check_time(rules, at, minute)
        self.check_limits(rules, voter, day, place)
        self.check_one_ballot(rules, voter, channel)

    def check_choices(self, rules: Rules, choices: list[int]) -> None:
        good, unknown = choices == sorted(set(choices)), [one for one in choices if one not in rules.names]
        self.expect(good, "choices", "%s are not in ascending order, each once", choices)
        self.expect(not unknown, "choices", "%s are not on the roster", unknown)
        for where, members, low, high in rules.groups:
            count = len(choices) if members is None else len([one for one in choices if one in members])
            if not low <= count <= high:
                asked = f"at least {low}" if high == NO_LIMIT else f"{low} to {high}"
                self.expect(False, "choices", "%s choices%s, the rules ask for %s", count, where, asked)

    def check_time(self, rules: Rules, at: str, minute: int) -> None:
        good, problem = rules.opens <= at < rules.closes, "cast at %s, outside %s to %s"
        self.expect(good, "time", problem, at, rules.opens, rules.closes)
        good, here = rules.from_minute <= minute < rules.to_minute, f"{minute // 60:02}:{minute % 60:02}"
        self.expect(good, "time", "cast at %s local time, daily hours are %s", here, rules.hours)
        if at < self.last_cast:
            problem = f"cast at {at}, before the ballot that precedes it"
            # From the latest of all, or many small steps could carry a ballot anywhere.
            far = datetime.fromisoformat(self.latest) - datetime.fromisoformat(at) > CLOCK_STEP
            self.expect(not far, "time", problem)
            self.latest, self.steps = at if far else self.latest, self.steps + (not far)
            if not far and self.steps <= 100:
                self.report.remarks.append(
                    f"Leaf {self.report.leaf}: {problem} ({self.last_cast}), as when a clock is set back."
                )
        self.last_cast, self.latest = at, max(at, self.latest)

    def check_limits(self, rules: Rules, voter: str, day: int, place: int) -> None:
        if day not in self.days:
            self.days[day] = {}, {}
            if len(self.days) > 2:  # two, since a clock may be set back over midnight
                del self.days[next(iter(self.days))]
        firsts, used = self.days[day]
        first, today, choices = firsts.setdefault(voter, place), ONCE, self.choices(place)
        if first != place:  # one ballot cannot name a candidate twice, so that most voters need no counter
            today = used.get(voter) or used.setdefault(voter, Counter([-1, *self.choices(first)]))
            today.update([-1, *choices])
        self.casts[voter] += 1
        count, in_day, problem = self.casts[voter], today[-1], "ballot %s of voter %s %s; %s are allowed"
        self.expect(count <= rules.in_all, "limit", problem, count, voter, "in all", rules.in_all)
        self.expect(in_day <= rules.per_day, "limit", problem, in_day, voter, "that day", rules.per_day)
        problem = "candidate %s chosen %s times by one voter that day"
        for one in choices:
            self.expect(today[one] <= rules.per_candidate, "limit", problem, one, today[one])

    def check_one_ballot(self, rules: Rules, voter: str, channel: str) -> None:
        if channel in rules.one_ballot or voter in self.spent:
            self.spent.add(voter)  # so that no other channel is open to them afterwards
            count, problem = self.casts[voter], "ballot %s of voter %s, of whom a channel allows one in all"
            self.expect(count == 1, "limit", problem, count, voter)

    def choices(self, place: int) -> "array[int]":
        return self.marks[self.ends[place - 1] if place else 0 : self.ends[place]]

    def set_standing(self, place: int, standing: int) -> None:
        if change := (standing == COUNTED) - (self.standing[place] == COUNTED):
            for one in self.choices(place):
                self.tally[one] += change
        self.standing[place] = standing

    def take_decision(self, entry: Entry) -> None:
        self.expect(entry["reason"] and entry["decision"], "decision", "it has no reason or no number")
        for name in entry["ballots"]:
            if name in self.places:
                self.set_standing(self.places[name], DECISIONS[entry["type"]])
            else:
                self.expect(False, "decision", "ballot %s is not in the log before this decision", name)

    def take_notice(self, entry: Entry) -> None:
        good = entry["id"] and re.fullmatch("[0-9a-f]{64}", entry["sha256"])
        self.expect(good, "entry", "a notice without an id or a SHA-256")

    def take_closed(self, entry: Entry) -> None:
        self.expect(not self.closed_at, "closed", "the box was closed before")
        self.closed_at, last, said = moment(entry["sealed_at"]), self.last_cast, a(int, entry["ballots"])
        self.expect(last <= self.closed_at, "closed", "sealed at %s, a ballot at %s", self.closed_at, last)
        self.expect(said == self.ballots, "closed", "says %s ballots, the log has %s", said, self.ballots)

    def take_certified(self, entry: Entry) -> None:
        self.expect(self.closed_at, "certified", "certified before the box was closed")
        self.certified = self.report.leaf or 0, self.tally.copy()
        self.compare("certified", entry["tally"])

    def compare(self, kind: str, tally: dict[str, int]) -> None:
        said = Counter({int(number): a(int, count) for number, count in tally.items()})
        if [str(number) for number in said] != list(tally):
            raise ValueError("a candidate's number in a tally is not in plain decimal")
        for one in sorted(said.keys() | self.tally.keys()):
            ours, problem = self.tally[one], "candidate %s: published %s, recounted %s"
            self.expect(said[one] == ours, kind, problem, one, said[one], ours)

    def figures(self) -> dict[str, int]:
        standings = {key: self.standing.count(n) for n, key in enumerate(("counted", "held", "voided"))}
        return {"ballots": self.ballots, **standings}


TAKERS: dict[str, Callable[[Recount, Entry], None]] = {
    "ballot": Recount.take_ballot, "opened": Recount.take_opened, "closed": Recount.take_closed,
    "certified": Recount.take_certified, "notice": Recount.take_notice,
    **dict.fromkeys(DECISIONS, Recount.take_decision),
}  # fmt: skip


# ── All of it together ──


def read_log(read: Read, size: int, report: Report, recount: Recount) -> tuple[bytes, int]:
    """Return the root hash as computed, and how many entries are public."""
    row, last, tiles, public = list[bytes](), list[bytes](), -(-size // WIDTH), 0

    def read_both(index: int) -> tuple[list[bytes], int, list[bytes | None]]:
        width = min(WIDTH, size - index * WIDTH)
        return read_piece(read, 0, index, width), *read_shown(read, index, width)

    for index, (stored, shown, entries) in enumerate(in_order(read_both, tiles)):
        progress(index + 1, tiles)
        start, width, hashes = index * WIDTH, min(WIDTH, size - index * WIDTH), stored
        if shown and public == start:  # where not, the tiles alone still prove that nothing changes meanwhile
            public += shown
            whole = [one for one in entries if one is not None]
            good, problem = len(whole) == shown == len(entries), "bundle %s has %s whole entries, not %s"
            leaf = start + min(len(whole), shown)
            report.expect(good, "bundle", problem, index, len(whole), shown, leaf=leaf)
            hashes = [sha256(b"\0" + entry).digest() for entry in whole]
            hashes += stored[shown:] if shown < width else []
            compare_tile(report, 0, index, hashes, stored)
            for leaf, entry in enumerate(whole, start):
                recount.take(leaf, entry)
        if width == WIDTH:
            row.append(fold(hashes))
        else:
            last = hashes
    return root_over(read, report, row, last), public


def check_withheld(read: Read, recount: Recount, public: int) -> None:
    """Only rules that hide counts let entries be withheld, until the box is closed; never entry 0, the rules."""
    rules, closed, problem = recount.rules, recount.closed_at, ""
    with suppress(OSError, *MALFORMED):  # a log that is still open has none
        closed = closed or from_json(read("result.json").decode())["closed_at"]
    if not public:
        problem = "entry 0 is withheld, which holds the rules and is always public"
    elif closed:
        problem = f"entries are withheld although the box was closed at {closed}"
    elif rules and rules.counts.partition(" ")[0] not in {"hidden", "daily"}:
        problem = f"entries are withheld, and the rules say that counts are public ({rules.counts})"
    elif rules:
        where, until = f"Entries are withheld from leaf {public} on", f"(by the rules, at {rules.closes})"
        recount.report.remarks.append(f"{where}, until voting is closed {until}: counting must wait.")
    recount.expect(not problem, "bundle", problem, leaf=public)


def compare_result(read: Read, note: str, origin: str, recount: Recount) -> None:
    """Compare with the result.json of a downloaded archive, where there is one."""
    expect, slug, closed = recount.expect, origin.rpartition("/")[2], recount.closed_at or None
    try:
        published = from_json(read("result.json").decode())
        recount.compare("result", published["tally"])
        for key, ours in {**recount.figures(), "closed_at": closed, "slug": slug}.items():
            said = published[key]
            expect(said == ours, "result", "%s: published %s, by the log %s", key, said, ours)
        same = published["checkpoint"].partition("\n\n")[0] == note.partition("\n\n")[0]
        expect(same, "result", "result.json was computed from another checkpoint")
    except FileNotFoundError:
        return
    except MALFORMED as error:
        expect(False, "result", "result.json is not of the form that it should have: %s", error)


def check(place: str, given_key: str | None) -> tuple[Report, dict[str, Any]]:
    """Check the whole log; return what is wrong and what was counted."""
    read, report = reader(place), Report()
    recount, expect, remark = Recount(report), report.expect, report.remarks.append
    note = read("checkpoint").decode(errors="replace")  # once: a log that grows is checked as of now
    key = given_key or read("key").decode(errors="replace").strip()
    if not given_key:
        remark("The key came from where the log did, which proves less: compare it with one published "
               f"elsewhere (--key). {key}")  # fmt: skip
    origin, size, signed_root = open_note(note, key, report)
    _, web, address = place.rstrip("/").partition("://")
    if web and origin.partition("/")[2] != address.partition("/")[2]:
        expect(False, "origin", "the checkpoint is of %s, not of %s", origin, address)
    elif web and origin != address:  # the same log through another name of its host, or a copy of it
        remark(f"The log calls itself {origin}; it was read at {address}.")
    found = {"log": origin, "size": size, "key": key, "root_hash": base64.b64encode(signed_root).decode()}
    try:
        root, public = read_log(read, size, report, recount)
    except OSError as error:
        if not report.wrong:
            raise
        # What is wrong already must not go unsaid because, perhaps for that very reason, a file is missing.
        expect(False, "tree", "could not be read to its end: %s", error)
        return report, found | {"complete": False}
    found["complete"] = public == size
    expect(root == signed_root, "tree", "the root hash computed is not the one in the checkpoint")
    if found["complete"]:
        conclude(place, read, note, recount, found)
    else:
        check_withheld(read, recount, public)
    return report, found


def conclude(place: str, read: Read, note: str, recount: Recount, found: dict[str, Any]) -> None:
    """Compare the count with all that was published of it, and add it to what was found."""
    report, certified = recount.report, recount.certified
    if certified:
        good, problem = certified[1] == recount.tally, "decisions after it changed this tally"
        report.expect(good, "certified", problem, leaf=certified[0])
    elif recount.ballots:
        report.remarks.append("No tally is certified yet; this one is as of the checkpoint.")
    if recount.steps > 100:
        report.remarks.append(f"{recount.steps} ballots in all were cast before the one that precedes them.")
    if "://" not in place:
        compare_result(read, note, found["log"], recount)
    names, tally = recount.rules.names if recount.rules else {}, recount.tally
    candidates = [{"number": n, "name": name, "counted": tally[n]} for n, name in names.items()]
    found.update(recount.figures(), certified=certified is not None, candidates=candidates)


# ── What people see ──


def progress(done: int, total: int) -> None:
    if sys.stderr.isatty() and (done % 32 == 0 or done == total):
        bar, end = "█" * (30 * done // total), "\n" if done == total else ""
        print(f"\r核验 checking {bar:<30} {100 * done // total:3} %", end=end, file=sys.stderr, flush=True)


def clean(value: object, width: int = 0) -> str:
    """Drop what could steer a terminal, since the log is not to be trusted with that; fill a column."""
    shown = "".join(char if char.isprintable() else "�" for char in str(value))
    return shown + " " * (width - sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in shown))


def page(report: Report, found: dict[str, Any]) -> Iterator[str]:
    for label, key in (("日志 Log", "log"), ("条目数 Entries", "size"), ("根哈希 Root hash", "root_hash")):
        yield clean(label, 20) + clean(found[key])
    if found["complete"]:
        figures = "{ballots}: 计入 counted {counted}, 待核 held {held}, 作废 voided {voided}\n"
        yield clean("选票 Ballots", 20) + figures.format(**found)
        rows = (one.values() for one in found["candidates"])
        for number, name, counted in (("编号 No.", "姓名 Name", "得票 Counted"), *rows):
            yield clean(number, 10) + clean(name, 30) + clean(counted)
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
    parser.add_argument("place", metavar="URL|DIR|ZIP", help="its address or archive 日志地址或存档")
    parser.add_argument("--key", help="verifier key, from a source other than the log 公钥，应另行取得")
    parser.add_argument("--json", action="store_true", help="print one JSON object 输出 JSON")
    options = parser.parse_args(arguments)
    try:
        report, found = check(options.place, options.key)
    except OSError as error:
        print(f"无法读取 Could not read: {clean(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 2
    lines = page(report, found)
    if options.json:
        wrong = [{"leaf": leaf, "kind": kind, "problem": problem} for leaf, kind, problem in report.wrong]
        found |= {"wrong": wrong, "unlisted": report.unlisted, "remarks": report.remarks}
        lines = iter([json.dumps({"ok": not wrong, **found}, ensure_ascii=False, indent=1)])
    with suppress(BrokenPipeError):  # as when piped into `head`
        print("\n".join(lines), flush=True)
    return 1 if report.wrong else 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr] # an old console lacks letters
    sys.exit(main())
