"""The stand-alone recount accepts an honest log and names whatever is wrong with any other.

Logs are written by the service's pure core and read by a program that shares none of it.
"""

import ast
import gzip
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from voting_service.transparency.checkpoint import Checkpoint
from voting_service.transparency.entries import bundle, canonical_json, encode, rules_sha256
from voting_service.transparency.merkle import leaf_hash
from voting_service.transparency.notes import SigningKey
from voting_service.transparency.tiles import extend, root_at, tile_path, tiles_of

TOOL = Path(__file__).parents[2] / "tools" / "recount.py"
spec = importlib.util.spec_from_file_location("recount", TOOL)
assert spec
assert spec.loader
recount = importlib.util.module_from_spec(spec)
sys.modules["recount"] = recount
spec.loader.exec_module(recount)

KEY = SigningKey.from_private_bytes("vote.example/log/star", bytes(range(32)))
CANDIDATES = [
    {"number": 1, "name": "王芳", "organisation": "一厂", "category": "worker"},
    {"number": 2, "name": "李伟", "organisation": "二厂", "category": "worker"},
    {"number": 3, "name": "Zhang Min", "organisation": "研究所", "category": "engineer"},
]
RULES = {
    "opens_at": "2026-04-01T00:00:00.000Z",
    "closes_at": "2026-04-10T16:00:00.000Z",
    "timezone": "Asia/Shanghai",
    "daily_hours": ["06:00", "24:00"],
    "min_choices": 1,
    "max_choices": 2,
    "ballots_per_day": 2,
    "ballots_total": 3,
    "same_candidate_per_day": 1,
    "channels": ["wechat", "browser"],
    "counts": "live",
    "categories": [{"key": "engineer", "name": "工程师", "min_choices": None, "max_choices": 1}],
}
Entry = dict[str, Any]


def at(minute: float) -> str:
    """A time so many minutes after 09:00 on the first day, in Shanghai."""
    moment = datetime(2026, 4, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def opened(**changes: Any) -> Entry:
    rules = {**RULES, **changes}
    digest = rules_sha256(rules, CANDIDATES)
    return {"type": "opened", "at": at(-60), "rules": rules, "candidates": CANDIDATES, "rules_sha256": digest}


def by_code() -> Entry:
    """Rules that admit printed codes, each good for one ballot, beside browsers."""
    return opened(channels=["code", "browser"], one_ballot_channels=["code"])


def ballot(number: int, *choices: int, minute: float | None = None, **changes: Any) -> Entry:
    entry = {
        "type": "ballot",
        "at": at(number if minute is None else minute),
        "ballot": f"b{number}",
        "choices": list(choices),
        "voter": f"v{number}",
        "channel": "wechat",
        "held": False,
    }
    return entry | changes


def decision(kind: str, *ballots: str, **changes: Any) -> Entry:
    return {
        "type": kind,
        "at": at(9000),
        "ballots": list(ballots),
        "reason": "同源",
        "decision": "D-1",
    } | changes


def closed(ballots: int, **changes: Any) -> Entry:
    return {"type": "closed", "at": at(14_000), "sealed_at": at(14_000), "ballots": ballots} | changes


def certified(**tally: int) -> Entry:
    return {
        "type": "certified",
        "at": at(20_000),
        "tally": {name[1:]: count for name, count in tally.items()},
    }


def honest(ballots: int = 600) -> list[Entry]:
    """A whole selection: 600 ballots are more than two tiles; b1 is voided, b2 stays held, b3 is restored."""
    entries = [opened()]
    entries += [ballot(n, 1 + n % 3, held=n in {2, 3}) for n in range(ballots)]
    entries += [
        {"type": "notice", "at": at(8999), "id": "n1", "sha256": "0" * 64},
        decision("voided", "b1"),
        decision("restored", "b3"),
        closed(ballots),
        certified(c1=200, c2=199, c3=199),
    ]
    return entries


def publish(folder: Path, entries: list[Entry | bytes], key: SigningKey = KEY) -> Path:
    """Write a log's files as they are served."""
    data = [entry if isinstance(entry, bytes) else encode(entry) for entry in entries]
    tiles = extend(0, [leaf_hash(entry) for entry in data], {}.__getitem__)
    files = {"key": f"{key.verifier}\n".encode()}
    for tile, width in tiles_of(len(data)):
        files[tile_path(tile.level, tile.index, width)] = tiles[tile]
        if tile.level == 0:
            start = tile.index * 256
            files[tile_path("entries", tile.index, width)] = bundle(data[start : start + width])
    root = root_at(len(data), tiles.__getitem__)
    files["checkpoint"] = key.sign(Checkpoint(KEY.name, len(data), root).text()).encode()
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def result(folder: Path, **changes: Any) -> None:
    published = {
        "slug": "star",
        "title": "最美劳动者",
        "tally": {"1": 200, "2": 199, "3": 199},
        "closed_at": at(14_000),
        "ballots": 600,
        "counted": 598,
        "held": 1,
        "voided": 1,
        "checkpoint": (folder / "checkpoint").read_text("utf-8"),
    }
    (folder / "result.json").write_bytes(canonical_json(published | changes))


Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(place: Path | str, *options: str) -> tuple[int, dict[str, Any]]:
        status = recount.main([str(place), "--json", "--key", str(KEY.verifier), *options])
        output = capsys.readouterr()
        assert "Traceback" not in output.err
        return status, json.loads(output.out) if output.out else {"problem": output.err}

    return call


def wrong(answer: tuple[int, dict[str, Any]]) -> list[tuple[int | None, str]]:
    """Where and what is wrong, for an answer that says so."""
    status, found = answer
    assert status == 1
    assert found["ok"] is False
    return [(one["leaf"], one["kind"]) for one in found["wrong"]]


# ── an honest log ──


def test_an_honest_log_is_recounted(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest())
    result(tmp_path)
    status, found = run(tmp_path)
    assert found["wrong"] == []
    assert status == 0
    assert [one["counted"] for one in found["candidates"]] == [200, 199, 199]
    counts = {key: found[key] for key in ("ballots", "counted", "held", "voided", "certified", "complete")}
    assert counts == {
        "ballots": 600,
        "counted": 598,
        "held": 1,
        "voided": 1,
        "certified": True,
        "complete": True,
    }
    assert found["remarks"] == []


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 512, 65_536, 65_537])
def test_logs_of_any_size_are_read(tmp_path: Path, run: Run, size: int) -> None:
    entries = [opened(), *(ballot(n, 1, minute=n / 100) for n in range(size - 1))][:size]
    status, found = run(publish(tmp_path, entries))
    assert (status, found["wrong"], found["size"]) == (0, [], size)


@pytest.mark.parametrize("inner", ["", "download/"])
def test_an_archive_is_read_as_a_folder_is(tmp_path: Path, run: Run, inner: str) -> None:
    publish(tmp_path / "log" / inner, honest())
    archive = shutil.make_archive(str(tmp_path / "log"), "zip", tmp_path / "log")
    status, found = run(archive)
    assert (status, found["wrong"], found["counted"]) == (0, [], 598)


def test_people_are_told_in_both_languages(tmp_path: Path) -> None:
    """Run as an auditor would, from elsewhere and with nothing of the service on the path."""
    publish(tmp_path, honest())
    command = [sys.executable, "-I", "-X", "utf8", str(TOOL), str(tmp_path)]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert "1         王芳                          200" in lines
    assert "3         Zhang Min                     199" in lines
    assert "发现的问题 Found wrong: 0" in lines
    assert lines[-1] == "结论 Conclusion: 全部相符 All agrees"
    assert "The key came from where the log did, which proves less" in done.stdout


def test_the_tool_shares_no_code_with_the_service() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(TOOL.read_text("utf-8")))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


# ── tampering with files ──


def change(path: Path, edit: Callable[[bytes], bytes]) -> None:
    path.write_bytes(edit(path.read_bytes()))


def flip(position: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def test_a_flipped_byte_in_an_entry(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest())
    change(tmp_path / "tile/entries/001", lambda data: data.replace(b'"choices":[1]', b'"choices":[2]', 1))
    problems = wrong(run(tmp_path))
    assert (256, "tree") in problems
    assert (None, "tree") in problems


def test_a_flipped_bit_in_a_tile(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest())
    change(tmp_path / "tile/0/001", flip(32 * 7))
    assert wrong(run(tmp_path)) == [(256 + 7, "tree")]


def test_a_flipped_bit_in_an_upper_tile(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest())
    change(tmp_path / "tile/1/000.p/2", flip(32))
    assert wrong(run(tmp_path)) == [(256, "tree")]


@pytest.mark.parametrize("cut", [1, 32, 40])
def test_a_truncated_tile(tmp_path: Path, run: Run, cut: int) -> None:
    publish(tmp_path, honest())
    change(tmp_path / "tile/0/001", lambda data: data[:-cut])
    assert [kind for _, kind in wrong(run(tmp_path))] == ["tree"]


def test_a_dropped_ballot(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest())
    entries = [encode(entry) for entry in honest()[:256]]
    change(tmp_path / "tile/entries/000", lambda _: bundle(entries[:100] + entries[101:]))
    problems = wrong(run(tmp_path))
    assert {(255, "bundle"), (100, "tree"), (None, "tree"), (604, "closed"), (605, "certified")} <= set(
        problems
    )


def test_a_bundle_cut_short(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest())
    change(tmp_path / "tile/entries/002.p/94", lambda data: data[:-10])
    assert (605, "bundle") in wrong(run(tmp_path))


def test_another_tree_under_the_same_signature(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest())
    signed = (tmp_path / "checkpoint").read_bytes()
    publish(tmp_path, [*honest()[:-5], *honest()[-5:-1], certified(c1=200, c2=198, c3=200)])
    (tmp_path / "checkpoint").write_bytes(signed)
    assert (None, "tree") in wrong(run(tmp_path))


def test_a_signature_by_another_key(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest(), SigningKey.from_private_bytes(KEY.name, bytes(32)))
    assert wrong(run(tmp_path)) == [(None, "signature")]


def test_a_signature_over_another_text(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest())
    change(tmp_path / "checkpoint", lambda data: data.replace(b"\n606\n", b"\n605\n"))
    assert wrong(run(tmp_path)) == [(None, "signature"), (None, "tree")]


def test_the_signatures_of_witnesses_do_no_harm(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest())
    text = (tmp_path / "checkpoint").read_text("utf-8")
    witness = SigningKey.generate("witness.example").signature(text)
    (tmp_path / "checkpoint").write_text(text + f"— witness.example {witness}\n", "utf-8")
    assert run(tmp_path)[0] == 0


def test_a_log_under_another_s_name(tmp_path: Path, run: Run) -> None:
    other = SigningKey.from_private_bytes("vote.example/log/other", bytes(range(32)))
    publish(tmp_path, honest(), other)
    assert wrong(run(tmp_path, "--key", str(other.verifier))) == [(None, "origin")]


@pytest.mark.parametrize(
    "changes",
    [
        {"tally": {"1": 200, "2": 199, "3": 200}},
        {"tally": {"1": 200, "2": 199, "3": 199, "4": 1}},
        {"ballots": 601},
        {"counted": 599},
        {"closed_at": at(14_001)},
        {"closed_at": None},
        {"held": 0},
        {"voided": 0},
        {"checkpoint": "vote.example/log/star\n1\n\n"},
        {"slug": "moon"},
        {"tally": None},
    ],
)
def test_a_result_that_the_log_does_not_give(tmp_path: Path, run: Run, changes: dict[str, Any]) -> None:
    publish(tmp_path, honest())
    result(tmp_path, **changes)
    assert wrong(run(tmp_path)) == [(None, "result")]


def test_a_result_of_a_closed_box_from_a_log_that_was_not_closed(tmp_path: Path, run: Run) -> None:
    publish(tmp_path, honest()[:-2])
    result(tmp_path)
    assert wrong(run(tmp_path)) == [(None, "result")]
    result(tmp_path, closed_at=None)
    assert run(tmp_path)[0] == 0


# ── a log whose files agree and whose entries break the rules ──


def spoilt_encoding(entry: Entry) -> bytes:
    return encode(entry).replace(b'":', b'": ', 1)


BROKEN: dict[str, tuple[list[Entry | bytes], list[tuple[int | None, str]]]] = {
    "no_opened": ([ballot(0, 1)], [(0, "opened"), (0, "entry")]),
    "opened_twice": ([opened(), opened()], [(1, "opened")]),
    "rules_changed": ([opened() | {"rules": {**RULES, "max_choices": 3}}], [(0, "opened")]),
    "roster_changed": ([opened() | {"candidates": CANDIDATES[:2]}], [(0, "opened")]),
    "counts_unsaid": ([opened(counts=None)], [(0, "entry")]),
    "rules_unreadable": ([opened(opens_at="soon")], [(0, "entry")]),
    "spaces": ([opened(), spoilt_encoding(ballot(0, 1))], [(1, "entry")]),
    "float": ([opened(), encode(ballot(0, 1)).replace(b"[1]", b"[1.0]")], [(1, "entry")]),
    "not_json": ([opened(), b"\xff"], [(1, "entry")]),
    "deep": ([opened(), b"[" * 60_000], [(1, "entry")]),
    "list": ([opened(), b"[]"], [(1, "entry")]),
    "unknown_type": ([opened(), {"type": "extra", "at": at(0)}], [(1, "entry")]),
    "list_for_type": ([opened(), b'{"at":"2026-04-01T01:00:00.000Z","type":[]}'], [(1, "entry")]),
    "no_time": ([opened(), ballot(0, 1, at="today")], [(1, "entry")]),
    "no_such_day": ([opened(), ballot(0, 1, at="2026-04-31T01:00:00.000Z")], [(1, "entry")]),
    "no_voter": ([opened(), ballot(0, 1, voter="")], [(1, "entry")]),
    "held_is_not_said": ([opened(), ballot(0, 1, held=0)], [(1, "entry")]),
    "choice_is_true": ([opened(), ballot(0, 1, choices=[True])], [(1, "entry")]),
    "ballot_twice": ([opened(), ballot(0, 1), ballot(1, 2, ballot="b0")], [(2, "ballot")]),
    "unknown_channel": ([opened(), ballot(0, 1, channel="kiosk")], [(1, "channel")]),
    "code_spent_twice": (
        [
            by_code(),
            ballot(0, 1, channel="code", voter="v"),
            ballot(1, 2, channel="code", voter="v", minute=2880),
        ],
        [(2, "limit")],
    ),
    "code_spent_while_held": (
        [
            by_code(),
            ballot(0, 1, channel="code", voter="v", held=True),
            ballot(1, 2, channel="code", voter="v"),
        ],
        [(2, "limit")],
    ),
    "code_spent_and_then_another_channel": (
        [by_code(), ballot(0, 1, channel="code", voter="v"), ballot(1, 2, channel="browser", voter="v")],
        [(2, "limit")],
    ),
    "code_spent_after_another_channel": (
        [by_code(), ballot(0, 1, channel="browser", voter="v"), ballot(1, 2, channel="code", voter="v")],
        [(2, "limit")],
    ),
    "one_ballot_of_no_channel": ([opened(one_ballot_channels=["code"])], [(0, "entry")]),
    "one_ballot_of_no_list": ([opened(one_ballot_channels="wechat")], [(0, "entry")]),
    "unknown_candidate": ([opened(), ballot(0, 1, 9)], [(1, "choices")]),
    "candidate_twice": ([opened(), ballot(0, 1, 1)], [(1, "choices")]),
    "descending": ([opened(), ballot(0, 2, 1)], [(1, "choices")]),
    "too_few": ([opened(), ballot(0)], [(1, "choices")]),
    "too_many": ([opened(), ballot(0, 1, 2, 3)], [(1, "choices")]),
    "category_too_many": (
        [
            opened(categories=[{"key": "worker", "name": "x", "min_choices": None, "max_choices": 1}]),
            ballot(0, 1, 2),
        ],
        [(1, "choices")],
    ),
    "category_too_few": (
        [
            opened(categories=[{"key": "engineer", "name": "x", "min_choices": 1, "max_choices": None}]),
            ballot(0, 1),
        ],
        [(1, "choices")],
    ),
    "too_early": ([opened(), ballot(0, 1, at="2026-03-31T23:59:59.999Z")], [(1, "time")]),
    "too_late": ([opened(closes_at=at(5)), ballot(5, 1)], [(1, "time")]),
    "at_night": ([opened(), ballot(0, 1, at="2026-04-01T16:00:00.000Z")], [(1, "time")]),
    "before_morning": ([opened(), ballot(0, 1, at="2026-04-01T21:59:59.999Z")], [(1, "time")]),
    "backwards": ([opened(), ballot(12, 1), ballot(1, 1), ballot(2, 1)], [(2, "time")]),
    "backwards_by_small_steps": (
        [opened(), *(ballot(minute, 1) for minute in (20, 15, 11, 9, 5))],
        [(4, "time")],
    ),
    "limit_although_a_clock_was_set_back_over_midnight": (
        [
            opened(daily_hours=None, ballots_per_day=1),
            ballot(0, 1, voter="v", at="2026-04-01T15:58:00.000Z"),
            ballot(1, 1, voter="v", at="2026-04-01T16:00:01.000Z"),
            ballot(2, 2, voter="v", at="2026-04-01T15:59:59.000Z"),
        ],
        [(3, "limit")],
    ),
    "too_many_a_day": (
        [opened(same_candidate_per_day=None), *(ballot(n, 1, voter="v") for n in range(3))],
        [(3, "limit")],
    ),
    "too_many_in_all": (
        [opened(), *(ballot(n, 1, voter="v", minute=n * 1440) for n in range(4))],
        [(4, "limit")],
    ),
    "same_candidate": ([opened(), ballot(0, 1, 2, voter="v"), ballot(1, 2, 3, voter="v")], [(2, "limit")]),
    "decision_on_nothing": ([opened(), ballot(0, 1), decision("voided", "b1")], [(2, "decision")]),
    "decision_too_soon": ([opened(), decision("held", "b0"), ballot(0, 1)], [(1, "decision")]),
    "no_reason": ([opened(), ballot(0, 1), decision("held", "b0", reason="")], [(2, "decision")]),
    "notice_without_hash": (
        [opened(), {"type": "notice", "at": at(0), "id": "n", "sha256": "0"}],
        [(1, "entry")],
    ),
    "closed_count": ([opened(), ballot(0, 1), closed(2)], [(2, "closed")]),
    "closed_twice": ([opened(), closed(0), closed(0)], [(2, "closed")]),
    "sealed_before_the_last": ([opened(), ballot(5, 1), closed(1, sealed_at=at(4))], [(2, "closed")]),
    "ballot_after_closing": ([opened(), closed(0), ballot(0, 1)], [(2, "closed")]),
    "certified_open": ([opened(), ballot(0, 1), certified(c1=1)], [(2, "certified")]),
    "certified_wrong": (
        [opened(), ballot(0, 1), closed(1), certified(c1=2)],
        [(3, "certified")],
    ),
    "certified_other": ([opened(), closed(0), certified(c9=1)], [(2, "certified")]),
    "changed_after_certifying": (
        [opened(), ballot(0, 1), closed(1), certified(c1=1), decision("voided", "b0")],
        [(3, "certified")],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_named_with_its_leaf(tmp_path: Path, run: Run, name: str) -> None:
    entries, problems = BROKEN[name]
    assert wrong(run(publish(tmp_path, entries))) == problems


ALLOWED: dict[str, list[Entry]] = {
    "first_and_last_moment": [
        opened(),
        ballot(0, 1, at="2026-04-01T00:00:00.000Z"),
        ballot(1, 1, at="2026-04-10T15:59:59.999Z"),
    ],
    "a_code_each": [
        by_code(),
        ballot(0, 1, channel="code", voter="a"),
        ballot(1, 2, channel="code", voter="b"),
        ballot(2, 1, channel="browser", voter="c"),
        ballot(3, 2, channel="browser", voter="c"),
    ],
    "one_millisecond": [opened(), ballot(0, 1, minute=1), ballot(1, 1, minute=1)],
    "day_changes_in_shanghai": [
        opened(daily_hours=None),
        ballot(0, 1, voter="v", at="2026-04-01T15:59:59.999Z"),
        ballot(1, 1, voter="v", at="2026-04-01T16:00:00.000Z"),
    ],
    "other_candidate_same_day": [opened(), ballot(0, 1, voter="v"), ballot(1, 2, voter="v")],
    "no_limits": [
        opened(ballots_per_day=None, ballots_total=None, same_candidate_per_day=None, max_choices=None),
        *(ballot(n, 1, 2, 3, voter="v") for n in range(9)),
    ],
    "candidates_without_categories": [opened(categories=[]), ballot(0, 1)],
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_the_rules_allow_is_not_blamed(tmp_path: Path, run: Run, name: str) -> None:
    status, found = run(publish(tmp_path, ALLOWED[name]))
    assert (status, found["wrong"]) == (0, [])
    assert found["remarks"] == ["No tally is certified yet; this one is as of the checkpoint."]


def test_a_clock_set_back_a_little_is_remarked_not_blamed(tmp_path: Path, run: Run) -> None:
    entries = [opened(), *(ballot(n, 1, minute=minute) for n, minute in enumerate((12, 2, 3, 13, 12)))]
    status, found = run(publish(tmp_path, entries))
    assert (status, found["wrong"], found["counted"]) == (0, [], 5)
    assert found["remarks"][:2] == [
        f"Leaf {leaf}: cast at {at(now)}, before the ballot that precedes it ({at(before)}), "
        "as when a clock is set back."
        for leaf, now, before in ((2, 2, 12), (5, 12, 13))
    ]


def test_many_steps_of_the_clock_do_not_bury_the_other_remarks(tmp_path: Path, run: Run) -> None:
    entries = [opened(), *(ballot(n, 1, minute=n % 2) for n in range(400))]
    status, found = run(publish(tmp_path, entries))
    assert (status, len(found["remarks"])) == (0, 102)
    assert "199 ballots in all were cast before the one that precedes them." in found["remarks"]


def test_the_latest_decision_on_a_ballot_stands(tmp_path: Path, run: Run) -> None:
    entries: list[Entry] = [opened(), ballot(0, 1, 3), ballot(1, 1, held=True), ballot(2, 2)]
    entries += [decision("held", "b0", "b2"), decision("restored", "b1", "b2"), decision("voided", "b2")]
    entries += [decision("restored", "b0"), decision("restored", "b0"), decision("voided", "b1")]
    _, found = run(publish(tmp_path, entries))
    assert [one["counted"] for one in found["candidates"]] == [1, 0, 1]
    assert (found["counted"], found["held"], found["voided"]) == (1, 0, 2)


def test_a_log_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(tmp_path, [opened(), ballot(0, 1, voter="v"), ballot(1, 1, ballot="\x1b[2J", voter="v")])
    recount.main([str(tmp_path)])
    assert "\x1b" not in capsys.readouterr().out


# ── what cannot be read ──


@pytest.mark.parametrize("lost", ["checkpoint", "tile/0/001", "tile/1/000.p/2", "tile/entries/002.p/94"])
def test_a_missing_file_is_named(tmp_path: Path, run: Run, lost: str) -> None:
    publish(tmp_path, honest())
    (tmp_path / lost).unlink()
    status, found = run(tmp_path)
    assert status == 2
    assert lost in found["problem"].replace("\\", "/")


@pytest.mark.parametrize(
    "content", ["", "\n\n", "a\n1\n", "a\n01\nAAAA\n\n— a AAAA\n", "a\n1\n!\n\n— a AAAA\n", "\x00"]
)
def test_no_checkpoint_at_all(tmp_path: Path, run: Run, content: str) -> None:
    publish(tmp_path, honest())
    (tmp_path / "checkpoint").write_text(content, "utf-8")
    assert run(tmp_path)[0] == 2


@pytest.mark.parametrize(
    "key", ["x", "x+1+!", str(KEY.verifier)[:-4], str(KEY.verifier).replace("+", "+0", 1)]
)
def test_no_key_at_all(tmp_path: Path, run: Run, key: str) -> None:
    status, found = run(publish(tmp_path, honest()), "--key", key)
    assert status == 2
    assert "key" in found["problem"]


def test_places_that_hold_no_log(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_bytes(b"no archive")
    for place in (tmp_path / "nowhere", tmp_path / "file", "http://127.0.0.1:9/log/star", "http://["):
        status, found = run(place)
        assert status == 2
        assert found["problem"].startswith("无法读取 Could not read: ")


def test_an_unknown_time_zone(tmp_path: Path, run: Run) -> None:
    status, found = run(publish(tmp_path, [opened(timezone="Mars/Olympus")]))
    assert status == 2
    assert "Mars/Olympus" in found["problem"]


# ── over HTTP ──


class LogServer(BaseHTTPRequestHandler):
    """Serves a folder below /log/star, and fails in the ways that a test asks for."""

    folder: ClassVar[Path]
    withheld: ClassVar[tuple[str, ...]] = ()
    failures: ClassVar[dict[str, int]] = {}
    packed: ClassVar[bool] = False
    # Entries up to here are public, as while counts are hidden; what a refusal says of it.
    shown_size: ClassVar[int | None] = None
    refusal: ClassVar[bytes | None] = None

    def do_GET(self) -> None:
        path = self.path.split("/", 3)[3]
        file = self.folder / path
        bundle_asked = re.fullmatch(r"tile/entries/([0-9]{3})(?:\.p/([0-9]+))?", path)
        if path.startswith(self.withheld or ("\n",)):
            self.answer(403, b"withheld")
        elif bundle_asked and self.shown_size is not None:
            self.answer_bundle(int(bundle_asked[1]), int(bundle_asked[2] or 256))
        elif self.failures.get(path, 0):
            self.failures[path] -= 1
            self.answer(503, b"later")
        elif file.is_file():
            self.answer(200, file.read_bytes())
        else:
            self.answer(404, b"nothing here")

    def answer_bundle(self, index: int, width: int) -> None:
        """As the service does: any width within what is public, and 403 for whatever reaches beyond."""
        if index * 256 + width > (self.shown_size or 0):
            said = json.dumps({"code": "entries_withheld", "shown_size": self.shown_size}).encode()
            self.answer(403, said if self.refusal is None else self.refusal)
        else:
            whole = self.folder / f"tile/entries/{index:03}"
            file = whole if whole.is_file() else next(whole.with_suffix(".p").iterdir())
            self.answer(200, bundle(recount.split(file.read_bytes(), "entries")[:width]))

    def answer(self, status: int, body: bytes) -> None:
        packed = self.packed
        body = gzip.compress(body) if packed else body
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base class names it so
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[type[LogServer]]:
    class Handler(LogServer):
        folder = tmp_path
        failures: ClassVar[dict[str, int]] = {}
        address: ClassVar[str]

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        Handler.address = f"http://127.0.0.1:{running.server_port}/log/star"
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Handler
        running.shutdown()
        thread.join()


def test_a_served_log_is_recounted(tmp_path: Path, run: Run, server: Any) -> None:
    publish(tmp_path, honest())
    status, found = run(server.address + "/")
    assert (status, found["wrong"], found["counted"]) == (0, [], 598)
    here = server.address.removeprefix("http://")
    assert found["remarks"] == [f"The log calls itself vote.example/log/star; it was read at {here}."]


def test_a_packed_answer_is_unpacked(tmp_path: Path, run: Run, server: Any) -> None:
    publish(tmp_path, honest())
    server.packed = True
    assert run(server.address)[0] == 0


def test_the_log_of_another_campaign_is_refused(tmp_path: Path, run: Run, server: Any) -> None:
    publish(tmp_path, honest())
    assert wrong(run(server.address.replace("star", "moon"))) == [(None, "origin")]


def test_a_passing_failure_is_tried_again(tmp_path: Path, run: Run, server: Any) -> None:
    publish(tmp_path, honest())
    server.failures |= {"tile/0/001": 2, "checkpoint": 1}
    assert run(server.address)[0] == 0


def test_a_lasting_failure_is_said(tmp_path: Path, run: Run, server: Any) -> None:
    publish(tmp_path, honest())
    server.failures |= {"tile/0/001": 99}
    status, found = run(server.address)
    assert status == 2
    assert "tile/0/001: HTTP 503" in found["problem"]


def test_a_log_that_has_grown_is_checked_as_of_the_first_checkpoint(
    tmp_path: Path, run: Run, server: Any
) -> None:
    publish(tmp_path, honest())
    early = (tmp_path / "checkpoint").read_bytes()
    shutil.rmtree(tmp_path / "tile")
    more = [{"type": "notice", "at": at(30_000), "id": "n", "sha256": "1" * 64}] * 200
    publish(tmp_path, [*honest(), *more])
    (tmp_path / "checkpoint").write_bytes(early)
    # Of the last tile only the full one is left; of the tile above, a wider partial one is served beside.
    tiles = extend(0, [leaf_hash(encode(entry)) for entry in honest()], {}.__getitem__)
    (tmp_path / "tile/1/000.p/2").write_bytes(next(h for t, h in tiles.items() if t.level == 1))
    status, found = run(server.address)
    assert (status, found["wrong"], found["size"]) == (0, [], 606)


def withheld_from(leaf: int) -> str:
    return (
        f"Entries are withheld from leaf {leaf} on, until voting is closed (by the rules, at "
        f"{RULES['closes_at']}): counting must wait."
    )


def hiding(counts: str, ballots: int = 600) -> list[Entry]:
    """An open selection that hides its counts."""
    return [opened(counts=counts), *honest(ballots)[1 : ballots + 1]]


def test_withheld_entries_wait_and_the_tree_is_still_verified(tmp_path: Path, run: Run, server: Any) -> None:
    publish(tmp_path, hiding("hidden"))
    server.shown_size = 1
    status, found = run(server.address)
    assert (status, found["complete"], found["wrong"]) == (0, False, [])
    assert "candidates" not in found
    assert withheld_from(1) in found["remarks"]
    change(tmp_path / "tile/0/001", flip(0))
    assert wrong(run(server.address)) == [(256, "tree"), (None, "tree")]


def test_a_log_of_the_opening_alone_hides_nothing(tmp_path: Path, run: Run, server: Any) -> None:
    publish(tmp_path, [opened(counts="hidden")])
    server.shown_size = 1
    status, found = run(server.address)
    assert (status, found["complete"]) == (0, True)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("shown", [1, 2, 255, 256, 257, 300, 512, 513, 600])
def test_what_a_daily_publication_shows_is_verified(
    tmp_path: Path, run: Run, server: Any, shown: int, packed: bool
) -> None:
    publish(tmp_path, hiding("daily 18:00"))
    server.shown_size, server.packed = shown, packed
    status, found = run(server.address)
    assert (status, found["complete"], found["wrong"]) == (0, False, [])
    assert withheld_from(shown) in found["remarks"]


@pytest.mark.parametrize("at_leaf", [299, 300])
def test_a_broken_rule_is_named_as_far_as_entries_are_shown(
    tmp_path: Path, run: Run, server: Any, at_leaf: int
) -> None:
    entries = hiding("daily 18:00")
    entries[at_leaf] = entries[at_leaf] | {"channel": "kiosk"}
    publish(tmp_path, entries)
    server.shown_size = 300
    status, found = run(server.address)
    assert [(one["leaf"], one["kind"]) for one in found["wrong"]] == [(299, "channel")] * (at_leaf == 299)
    assert status == len(found["wrong"])


def test_entries_shown_in_part_are_those_of_the_tree(tmp_path: Path, run: Run, server: Any) -> None:
    publish(tmp_path, hiding("daily 18:00"))
    server.shown_size = 300
    change(tmp_path / "tile/entries/001", lambda data: data.replace(b'"choices":[1]', b'"choices":[2]', 1))
    assert wrong(run(server.address)) == [(256, "tree"), (256, "tree"), (None, "tree")]


def test_hidden_rules_are_those_of_the_tree(tmp_path: Path, run: Run, server: Any) -> None:
    """Else a server could show, to whoever checks, rules that let it withhold the rest."""
    publish(tmp_path, honest())
    forged = bundle([encode(opened(counts="hidden")), encode(ballot(0, 1))])
    change(tmp_path / "tile/entries/000", lambda _: forged)
    server.shown_size = 1
    assert wrong(run(server.address)) == [(0, "tree"), (0, "tree"), (None, "tree")]


@pytest.mark.parametrize("refusal", [b"", b"no", b"[]", b"\xff", b'{"shown_size": "1"}', b'{"shown_size": 1e9}',
                                     b'{"shown_size": -5}', b'{"shown_size": 99999999999999999999}'])  # fmt: skip
@pytest.mark.parametrize(("counts", "status"), [("hidden", 0), ("live", 1)])
def test_entry_0_is_asked_for_whatever_a_refusal_says(
    tmp_path: Path, run: Run, server: Any, refusal: bytes, counts: str, status: int
) -> None:
    publish(tmp_path, hiding(counts))
    server.shown_size, server.refusal = 1, refusal
    answer = run(server.address)
    assert answer[0] == status
    assert [(one["leaf"], one["kind"]) for one in answer[1]["wrong"]] == [(1, "bundle")] * status


def test_entries_are_not_withheld_where_counts_are_live(tmp_path: Path, run: Run, server: Any) -> None:
    publish(tmp_path, [opened(), *(ballot(n, 1, minute=n / 100) for n in range(1_000))])
    server.withheld = ("tile/entries/002",)
    assert wrong(run(server.address)) == [(512, "bundle")]


@pytest.mark.parametrize("counts", ["live", "Hidden", "never", " "])
def test_only_rules_that_say_so_hide_entries(tmp_path: Path, run: Run, server: Any, counts: str) -> None:
    publish(tmp_path, hiding(counts))
    server.shown_size = 1
    assert wrong(run(server.address)) == [(1, "bundle")]


@pytest.mark.parametrize("counts", ["live", "hidden", "daily 18:00"])
@pytest.mark.parametrize("size", [1, 2, 256, 601])
def test_entry_0_is_never_withheld(tmp_path: Path, run: Run, server: Any, counts: str, size: int) -> None:
    publish(tmp_path, hiding(counts)[:size])
    server.withheld = ("tile/entries/",)
    assert wrong(run(server.address)) == [(0, "bundle")]


def test_nothing_is_withheld_once_the_box_is_closed(tmp_path: Path, run: Run, server: Any) -> None:
    notices = [{"type": "notice", "at": at(14_001), "id": "n", "sha256": "1" * 64}] * 9
    publish(tmp_path, [*hiding("hidden", 100), closed(100), *notices])
    server.shown_size = 102
    assert wrong(run(server.address)) == [(102, "bundle")]


def test_nothing_is_withheld_once_a_result_is_published(tmp_path: Path, run: Run, server: Any) -> None:
    publish(tmp_path, hiding("hidden"))
    server.shown_size = 1
    result(tmp_path, closed_at=None)
    assert run(server.address)[0] == 0
    result(tmp_path)
    assert wrong(run(server.address)) == [(1, "bundle")]
    (tmp_path / "result.json").write_bytes(b"<html>")
    assert run(server.address)[0] == 0


def test_what_is_withheld_is_said_to_people(
    tmp_path: Path, server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, hiding("hidden"))
    server.shown_size = 1
    assert recount.main([server.address]) == 0
    output = capsys.readouterr().out
    assert withheld_from(1) in output
    assert output.endswith("结论 Conclusion: 未能计票，其余相符 Not counted; all else agrees\n")
