"""The simulator keeps the format of the evidence files, its seeds and its labels; the judge reckons as one does by hand."""

from __future__ import annotations

import csv
import ipaddress
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.traffic import ALL_ATTACKS, PRESETS, Traffic, scenario, write
from benchmarks.traffic.__main__ import main
from benchmarks.traffic.agents import hex_of
from benchmarks.traffic.columns import ATTACKS, KINDS, STRATA
from benchmarks.traffic.judge import Framed, Label, judge, kendall, mean_ranks, spearman
from benchmarks.traffic.report import main as report

BALLOTS = [
    "ballot_id", "cast_at", "choices", "voter_tag", "channel", "ip", "asn", "network_type", "province", "city",
    "user_agent", "os", "wechat_version", "cookie_age_s", "dwell_s", "touches", "challenge_ms", "entry", "share_token",
    "share_parent", "share_depth", "reshared", "returning", "kiosk",
]  # fmt: skip
VIEWS = ["viewed_at", "channel", "ip", "entry", "share_token", "qr_site"]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ENTRIES = {"menu", "search", "direct", "share", "qr"}
EVERY = dict.fromkeys(ALL_ATTACKS, (0.01, 0.5))


@pytest.fixture(scope="module")
def traffic() -> Traffic:
    return scenario(11, 12_000, EVERY)


@pytest.fixture(scope="module")
def files(traffic: Traffic, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("traffic")
    write(traffic, directory)
    return directory


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_files_have_the_columns_of_the_contract_in_its_order(files: Path) -> None:
    headers = {
        path.name: path.read_text(encoding="utf-8").split("\n", 1)[0].split(",") for path in files.iterdir()
    }
    assert headers == {
        "ballots.csv": BALLOTS,
        "views.csv": VIEWS,
        "truth.csv": ["ballot_id", "stratum", "attack", "voter_kind"],
    }


def test_every_value_of_a_ballot_is_one_that_the_contract_allows(files: Path) -> None:
    patterns = {
        "ballot_id": r"[0-9A-HJKMNP-TV-Z]{16}", "cast_at": MOMENT.pattern, "choices": r"\d+(;\d+){0,4}",
        "voter_tag": r"[0-9a-f]{16}", "channel": "wechat|browser|kiosk", "asn": r"\d*",
        "network_type": "|mobile|broadband|office|hosting|overseas", "os": "|android|ios|harmony|desktop",
        "wechat_version": r"|\d[\d.]*", "cookie_age_s": r"\d+", "dwell_s": r"\d+\.\d{3}", "touches": r"\d*",
        "challenge_ms": r"\d*", "entry": "|".join(sorted(ENTRIES)), "share_token": "[0-9A-Z]{12}|",
        "share_parent": "[0-9A-Z]{12}|", "share_depth": r"[1-9]\d*|", "reshared": "0|1", "returning": "0|1",
        "kiosk": r"(kiosk-\d{3})?",
    }  # fmt: skip
    strange = [(name, row[name]) for row in rows(files / "ballots.csv")
               for name, pattern in patterns.items() if not re.fullmatch(pattern, row[name])]  # fmt: skip
    assert strange == []


def test_ballots_are_in_order_of_time_with_addresses_as_a_server_writes_them(files: Path) -> None:
    ballots = rows(files / "ballots.csv")
    assert [row["cast_at"] for row in ballots] == sorted(row["cast_at"] for row in ballots)
    addresses = {row["ip"] for row in ballots} | {row["ip"] for row in rows(files / "views.csv")}
    assert {str(ipaddress.ip_address(ip)) for ip in addresses} == addresses
    assert {ipaddress.ip_address(ip).version for ip in addresses} == {4, 6}


def test_a_link_belongs_to_ballots_that_came_by_one(files: Path) -> None:
    for row in rows(files / "ballots.csv"):
        assert bool(row["share_token"]) == (row["entry"] == "share") == bool(row["share_depth"])
        assert not row["share_parent"] or int(row["share_depth"]) > 1
        assert bool(row["kiosk"]) == (row["channel"] == "kiosk")


def test_nobody_casts_before_the_challenge_is_solved(files: Path) -> None:
    solved = [row for row in rows(files / "ballots.csv") if row["challenge_ms"]]
    assert len(solved) > 1000
    assert [row for row in solved if float(row["dwell_s"]) * 1000 < int(row["challenge_ms"]) - 1] == []


def test_views_say_where_they_came_from(files: Path) -> None:
    views = rows(files / "views.csv")
    assert len(views) > 8_000
    assert all(MOMENT.fullmatch(row["viewed_at"]) and row["entry"] in ENTRIES for row in views)
    assert {bool(row["qr_site"]) == (row["entry"] == "qr") for row in views} == {True}


def test_labels_cover_every_ballot_once(files: Path) -> None:
    truth, ballots = rows(files / "truth.csv"), rows(files / "ballots.csv")
    assert [row["ballot_id"] for row in truth] == [row["ballot_id"] for row in ballots]
    assert len({row["ballot_id"] for row in truth}) == len(truth) == 12_000 + 120 * len(ALL_ATTACKS)
    assert {bool(row["stratum"]) != bool(row["attack"]) for row in truth} == {True}
    assert {row["stratum"] for row in truth} == set(STRATA)
    assert {row["attack"] for row in truth} == set(ATTACKS)
    assert {row["voter_kind"] for row in truth} == set(KINDS)
    assert {row["voter_kind"] for row in truth if row["stratum"]} == {"person"}


def test_a_seed_is_a_scenario(files: Path, tmp_path: Path) -> None:
    write(scenario(11, 12_000, EVERY), tmp_path)
    for path in files.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    other = scenario(12, 3_000).ballot_texts()
    assert set(other["ballot_id"]).isdisjoint(row["ballot_id"] for row in rows(files / "ballots.csv"))


def test_attacks_leave_what_people_did_as_it_was(traffic: Traffic) -> None:
    alone = scenario(11, 12_000)
    honest = {name: column[traffic.ballots["attack"] == 0] for name, column in traffic.ballots.items()}
    for name in set(honest) - {"challenge", "dwell", "cookie_age"}:
        assert np.array_equal(honest[name], alone.ballots[name]), name
    same = honest["challenge"] == alone.ballots["challenge"]  # but for addresses that attackers made busy
    assert same.mean() > 0.98


def test_a_factory_is_thousands_behind_one_address_in_a_few_hours() -> None:
    found = scenario(5, 60_000).ballots
    in_factory = found["stratum"] == STRATA.index("factory")
    address, count = Counter(found["ip_low"][in_factory].tolist()).most_common(1)[0]
    assert count > 2_000
    times = np.sort(found["at"][in_factory & (found["ip_low"] == address)])
    busiest = max(np.searchsorted(times, times + 3_600_000) - np.arange(len(times)))
    assert busiest > 0.4 * count


def test_the_organic_crowds_look_as_bad_as_they_should() -> None:
    found = scenario(6, 100_000).ballots
    told, cgnat, works, hall, keyboard = (
        found["stratum"] == STRATA.index(name)
        for name in ("instructed", "cgnat", "cloud_factory", "hall", "desktop")
    )
    assert 2 < np.percentile(found["dwell"][told], 20) < np.percentile(found["dwell"][told], 80) < 5.5
    assert Counter(found["ip_low"][cgnat].tolist()).most_common(1)[0][1] > 1_000
    assert (found["network"][works] == 4).mean() > 0.5
    assert 0.3 < (found["kiosk"][hall] > 0).mean() < 0.6
    assert (found["touches"][keyboard] == 0).mean() < 0.02


def test_strength_disguises() -> None:
    def seen(strength: float) -> tuple[float, float]:
        found = scenario(3, 2_000, {"scripted": (0.5, strength)}).ballots
        forged = found["attack"] > 0
        return float((found["touches"][forged] == 0).mean()), float(np.median(found["dwell"][forged]))

    assert seen(0) == (1.0, pytest.approx(0.5, rel=0.2))
    none, dwell = seen(1)
    assert none < 0.4
    assert dwell > 3


def test_an_unknown_attack_or_an_impossible_strength_is_refused() -> None:
    with pytest.raises(ValueError, match="no such attack: telepathy"):
        scenario(1, 100, {"telepathy": (0.1, 0.5)})
    with pytest.raises(ValueError, match="between 0 and 1"):
        scenario(1, 100, {"scripted": (0.1, 1.5)})


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_makes_its_traffic(name: str) -> None:
    found = PRESETS[name].traffic(2, organic=2_000).ballots
    assert (found["attack"] == 0).sum() == 2_000
    assert bool((found["attack"] > 0).any()) == (PRESETS[name].amount > 0)


def test_the_command_writes_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--seed", "9", "--organic", "1000", "--attacks", "expert:0.1:0.5", "--out", str(tmp_path)]
    assert main(arguments) == 0
    assert "1,100 ballots, 100 of them forged" in capsys.readouterr().out
    assert Counter(row["attack"] for row in rows(tmp_path / "truth.csv")) == {"": 1000, "expert": 100}


def test_wechats_number_repeats_its_version() -> None:
    assert [hex_of(2, 8, 0, 42, 0x58), hex_of(1, 8, 0, 59, 0x28), hex_of(2, 6, 6, 2, 0x35)] == [
        "28002a58", "18003b28", "26060235",
    ]  # fmt: skip


def test_the_judge_reckons_precision_recall_and_harm() -> None:
    truth = {f"h{i}": Label("home", "") for i in range(4)} | {
        f"s{i}": Label("", "scripted") for i in range(4)
    }
    choices = {"h0": [1], "h1": [1, 2], "h2": [2], "h3": [3]} | {f"s{i}": [3] for i in range(4)}
    verdicts = {"h1": "quarantine", "h3": "review", "s0": "quarantine", "s1": "quarantine", "s2": "review"}
    found = judge(truth, choices, verdicts, [3, 25, 21])
    assert (found.precision, found.any_precision) == (2 / 3, 3 / 5)
    assert found.recall == {"scripted": (4, 0.5, 0.75)}
    assert found.false_positives == {"home": (4, 0.25, 0.5)}
    assert found.collateral == {1: 0.5, 2: 0.5, 3: 0.0}
    assert found.clusters == (3, 2, 25)
    assert found.framed is None
    # organic 2,2,1 · counted 2,2,5: of three pairs one is tied in both, two are turned about
    assert (found.before.kendall, found.before.spearman) == (-1.0, -1.0)
    # after: 1,1,3 · organic 2,2,1
    assert found.after.kendall == -1.0


def test_the_judge_says_what_a_framed_rival_keeps() -> None:
    truth = {f"h{i}": Label("home", "") for i in range(6)} | {f"f{i}": Label("", "frame") for i in range(3)}
    choices = {"h0": [1], "h1": [1], "h2": [1], "h3": [2], "h4": [2], "h5": [3]} | {
        f"f{i}": [2] for i in range(3)
    }
    verdicts = {f"f{i}": "quarantine" for i in range(3)} | {"h3": "quarantine"}
    assert judge(truth, choices, verdicts).framed == Framed(2, 0.5, 2, 1, 2)


def test_nothing_found_has_no_precision_and_strangers_are_refused() -> None:
    truth = {"a": Label("home", "")}
    assert judge(truth, {"a": [1]}, {}).precision is None
    with pytest.raises(ValueError, match="no such verdict: guilty"):
        judge(truth, {"a": [1]}, {"a": "guilty"})
    with pytest.raises(ValueError, match="not in the truth: b"):
        judge(truth, {"a": [1]}, {"b": "clean"})


def test_rank_correlations_by_hand() -> None:
    assert mean_ranks([10, 30, 30, 20]) == [1, 3.5, 3.5, 2]
    assert kendall([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(4 / 6)
    assert spearman([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(0.8)
    assert kendall([1, 1, 2], [1, 2, 3]) == pytest.approx(2 / 6**0.5)
    assert (kendall([1, 1], [1, 2]), spearman([1, 1], [1, 2])) == (0.0, 0.0)


def test_the_report_reads_what_a_scan_wrote(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted = [row["ballot_id"] for row in rows(files / "truth.csv") if row["attack"] == "scripted"]
    listed = "".join(f"{ballot},quarantine\n" for ballot in scripted[:60])
    (tmp_path / "verdicts.csv").write_text("ballot_id,verdict\n" + listed, encoding="utf-8")
    (tmp_path / "clusters.json").write_text(json.dumps([{"ballots": scripted[:60]}]), encoding="utf-8")
    assert report([str(files), str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "precision: quarantine 1.00000, with review 1.00000"
    assert "scripted 120 0.50000 0.50000" in [" ".join(line.split()) for line in said]
    assert said[-1] == "clusters: 1, 1 over 20 ballots, largest 60"
