"""Mobilised people are left alone, machines among them are found, and nobody else pays for it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from anti_fraud.scan import VERDICTS, Outcome, scan, views_of
from tests.handmade import (
    FACTORY_ADDRESS,
    NOON,
    Row,
    about,
    ballots,
    lunch_break,
    people,
    script,
    wechat,
    within,
)

ORDINARY = people(4000)


def scanned(*crowds: list[Row]) -> Outcome:
    return scan(ballots(*crowds), views_of([]))


def verdicts_on(outcome: Outcome, crowd: list[Row]) -> Counter[str]:
    """How many ballots of this crowd got which verdict."""
    verdicts = dict(zip(outcome.ballot_ids.tolist(), outcome.verdicts.tolist(), strict=True))
    return Counter(VERDICTS[verdicts[row["ballot_id"]]] for row in crowd)


ONE_MODEL = {
    "user_agent": lambda draw, number: wechat("V2001A", 40 + number % 8),
    "wechat_version": lambda draw, number: f"8.0.{40 + number % 8}",
}

DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
CROWDS = {
    "cards entered at a union's desk, on its own computers": lunch_break(
        1500, channel="code", cookie_age_s=about(60, 0.5), returning=0, reshared=0, entry="direct", os="desktop",
        wechat_version="", user_agent=DESK, cast_at=within(3 * 3600),
    ),
    "members at home, by their numbers": people(
        800, 12, channel="member", choices="7", cookie_age_s=about(90, 0.5), returning=0, reshared=0, entry="direct",
        wechat_version="",
        user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.3 Mobile/15E148 Safari/604.1",
        os="ios",
    ),
    "lunch break": lunch_break(3000),
    "tightly bunched": lunch_break(2000, dwell_s=about(3.0, 0.06)),
    "very quick": lunch_break(2000, dwell_s=about(2.0, 0.35)),
    "between two and four seconds": lunch_break(2000, dwell_s=lambda draw, n: round(float(draw.uniform(2, 4)), 2)),
    "times rounded to seconds": lunch_break(2000, dwell_s=lambda draw, n: float(draw.integers(2, 5))),
    "directly": lunch_break(2000, entry="direct"),
    "one model of phone": lunch_break(2000, challenge_ms=about(420, 0.25), **ONE_MODEL),
    "one fast model, directly": lunch_break(2000, entry="direct", challenge_ms=about(300, 0.25), **ONE_MODEL),
    "an app that reports no touch": lunch_break(1500, touches=0),
    "through a cloud": lunch_break(2000, ip="47.99.1.1", asn="37963", network_type="hosting", entry="direct"),
    "one model through a cloud": lunch_break(
        2000, ip="47.99.1.1", asn="37963", network_type="hosting", entry="direct", challenge_ms=about(500, 0.25), **ONE_MODEL
    ),
    "night shift": lunch_break(600, cast_at=within(3600, NOON + 15 * 3600)),
    "hall Wi-Fi": lunch_break(400, cast_at=within(600)),
    "hall kiosk": lunch_break(
        500, cast_at=within(600), channel="kiosk", kiosk="hall-1", user_agent=wechat("PE0M00"), touches=0,
        challenge_ms=about(90, 0.2),
    ),
    "whole seconds of the clock": lunch_break(2000, cast_at=lambda draw, n: NOON + float(draw.integers(0, 1800))),
    "queue at one tablet": lunch_break(150, cast_at=lambda draw, n: NOON + 20 * n + float(draw.normal(0, 3))),
}  # fmt: skip


@pytest.mark.parametrize("name", CROWDS)
def test_a_mobilised_crowd_is_no_cluster(name: str) -> None:
    outcome = scanned(ORDINARY, CROWDS[name])
    assert outcome.clusters == ()
    assert not outcome.verdicts.any()


def test_a_script_in_a_data_centre_is_found_whole() -> None:
    bots = script(300)
    outcome = scanned(ORDINARY, bots)
    assert verdicts_on(outcome, bots) == {"quarantine": 300}
    assert verdicts_on(outcome, ORDINARY) == {"clean": len(ORDINARY)}


def test_scripted_ballots_within_a_factory_go_and_its_workers_stay() -> None:
    workers = lunch_break(3000)
    bots = script(
        300,
        ip=FACTORY_ADDRESS,
        asn="4134",
        network_type="broadband",
        choices="7",
        cast_at=within(1800),
        entry="qr",
    )
    outcome = scanned(ORDINARY, workers, bots)
    assert verdicts_on(outcome, workers)["clean"] >= 2997
    assert verdicts_on(outcome, bots)["quarantine"] >= 290
    assert verdicts_on(outcome, ORDINARY)["quarantine"] == 0


def test_a_framed_rival_keeps_count_and_rank() -> None:
    workers = lunch_break(3000)
    bots = script(
        1500, ip=FACTORY_ADDRESS, asn="4134", network_type="broadband", choices="7", cast_at=within(1800)
    )
    outcome = scanned(ORDINARY, workers, bots)
    verdicts = verdicts_on(outcome, workers)
    assert verdicts["clean"] >= 0.99 * len(workers)
    effect = next(effect for effect in outcome.clusters[0].effects if effect.candidate == "7")
    assert effect.rank_before == effect.rank_after == 1


def test_machines_that_vote_for_many_are_found_without_the_candidate() -> None:
    def anybody(draw: np.random.Generator, number: int) -> str:
        return str(draw.integers(1, 13))

    bots = script(
        300, choices=anybody, ip=lambda draw, n: f"47.{n % 200}.{n % 90}.{n % 250}", dwell_s=about(6, 0.4)
    )
    outcome = scanned(ORDINARY, bots)
    assert verdicts_on(outcome, bots)["quarantine"] == 300


def test_a_browser_without_a_head_that_touches_and_waits_is_found_by_its_work() -> None:
    bots = script(400, touches=lambda draw, n: 1 + int(draw.poisson(2)), dwell_s=about(11, 0.6))
    verdicts = verdicts_on(scanned(ORDINARY, bots), bots)
    assert verdicts["quarantine"] + verdicts["review"] == 400


def test_a_burst_at_night_from_homes_is_found() -> None:
    bots = script(
        300, cast_at=within(3600, NOON + 14 * 3600), ip=lambda draw, n: f"10.{n % 60}.{n % 256}.{n % 200}", asn="4134",
        network_type="broadband", dwell_s=about(2, 0.5),
    )  # fmt: skip
    verdicts = verdicts_on(scanned(ORDINARY, bots), bots)
    assert verdicts["quarantine"] + verdicts["review"] >= 270
    assert verdicts["quarantine"] >= 270


def test_an_expert_with_human_timing_and_homes_is_not_separable() -> None:
    """The limit that the documents publish: nothing in these ballots differs from people's."""
    expert = people(300, 9, choices="9")
    assert verdicts_on(scanned(ORDINARY, expert), expert) == {"clean": 300}


def test_one_sign_alone_never_leads_to_quarantine_outside_data_centres() -> None:
    untouched = script(
        400, ip=lambda draw, n: f"10.{n % 60}.{n % 256}.{n % 200}", network_type="broadband", asn="4134",
        dwell_s=about(9, 0.5), challenge_ms=about(1000, 0.4),
    )  # fmt: skip
    verdicts = verdicts_on(scanned(ORDINARY, untouched), untouched)
    assert verdicts["review"] == 400


def test_a_cloud_gateway_shared_with_machines_keeps_its_people() -> None:
    workers = lunch_break(1500, ip="120.55.3.200", asn="37963", network_type="hosting", entry="direct")
    bots = script(600)
    outcome = scanned(ORDINARY, workers, bots)
    assert verdicts_on(outcome, workers)["quarantine"] == 0
    assert verdicts_on(outcome, bots)["quarantine"] == 600


@pytest.mark.parametrize(
    "column",
    [
        "ip",
        "asn",
        "network_type",
        "province",
        "user_agent",
        "os",
        "dwell_s",
        "touches",
        "challenge_ms",
        "entry",
        "share_token",
    ],
)
def test_an_empty_column_accuses_nobody(column: str) -> None:
    def without(rows: list[Row]) -> list[Row]:
        return [row | {column: None} for row in rows]

    assert scanned(without(ORDINARY), without(lunch_break(2000))).clusters == ()


def test_a_table_that_knows_networks_but_not_their_kind_uses_the_clouds_numbers() -> None:
    def unnamed(rows: list[Row]) -> list[Row]:
        return [row | {"network_type": None, "asn": f"AS{row['asn']}"} for row in rows]

    bots = script(300, challenge_ms=None, dwell_s=about(9, 0.4))
    assert verdicts_on(scanned(unnamed(ORDINARY), unnamed(bots)), bots) == {"quarantine": 300}


def odd_telephones(count: int) -> list[Row]:
    """One odd user agent, each from a home of its own, over days, by hand: another version than WeChat's number says."""
    return people(
        count, 21, user_agent=wechat("V2001A", 49).replace("8.0.49", "8.0.33"), wechat_version="8.0.33"
    )


@pytest.mark.parametrize("count", [25, 60])
def test_odd_telephones_are_not_a_hand(count: int) -> None:
    assert scanned(ORDINARY, odd_telephones(count)).clusters == ()


def farm(count: int, **change: object) -> list[Row]:
    """Half in a known data centre, half in blocks that no table knows, on twelve user agents; three in ten touches are made up."""
    agents = [wechat(f"V{2100 + number}A", 45) for number in range(12)]
    known = lambda draw, number: number % 2 == 0  # noqa: E731
    hidden: Row = {
        "ip": lambda draw, n: f"{'120.55' if known(draw, n) else '103.7'}.{n // 2 % 12}.{n // 24}",
        "asn": lambda draw, n: "37963" if known(draw, n) else "4134",
        "network_type": lambda draw, n: "hosting" if known(draw, n) else "broadband",
        "user_agent": lambda draw, n: agents[int(draw.integers(0, 12))],
        "wechat_version": "8.0.45",
        "dwell_s": about(4, 0.4),
        "touches": lambda draw, n: 3 if draw.random() < 0.3 else 0,
        "challenge_ms": lambda draw, n: None,
        "entry": lambda draw, n: str(draw.choice(["direct", "menu"])),
        "cast_at": within(6 * 3600),
    }
    return script(count, 22, **hidden | change)


def test_what_a_found_farm_hides_is_for_people_to_look_at() -> None:
    bots = farm(800)
    outcome = scanned(ORDINARY, bots)
    verdicts = verdicts_on(outcome, bots)
    assert verdicts["quarantine"] + verdicts["review"] >= 720
    unlisted = [row for row in bots if row["network_type"] == "broadband"]
    assert verdicts_on(outcome, unlisted)["quarantine"] == 0, "company alone is no hard evidence"
    assert verdicts_on(outcome, ORDINARY)["clean"] >= 0.998 * len(ORDINARY)


def test_a_factory_is_not_the_rest_of_machines_that_outnumber_it_behind_its_address() -> None:
    workers = lunch_break(400, **ONE_MODEL)
    place: Row = {"ip": FACTORY_ADDRESS, "asn": "4134", "network_type": "broadband"}
    bots = script(1200, choices="7", cast_at=within(1800), **place | ONE_MODEL)
    outcome = scanned(ORDINARY, workers, bots)
    assert verdicts_on(outcome, workers)["clean"] >= 0.99 * len(workers)
    assert verdicts_on(outcome, bots)["quarantine"] >= 0.95 * len(bots)


def test_workers_behind_a_cloud_gateway_are_not_the_rest_of_a_clouds_machines() -> None:
    gateway: Row = {"ip": "120.55.3.200", "asn": "37963", "network_type": "hosting", "entry": "direct"}
    workers = lunch_break(300, choices="9", **gateway)
    bots = script(1200)
    outcome = scanned(ORDINARY, workers, bots)
    assert verdicts_on(outcome, workers)["clean"] >= 0.98 * len(workers)
    assert verdicts_on(outcome, bots)["quarantine"] == 1200


def test_one_attack_is_told_in_few_paragraphs_and_two_in_two() -> None:
    pools = [
        script(200, 30 + pool, ip=lambda draw, n, pool=pool: f"47.{pool}.{n % 3}.{n % 50}", cast_at=within(7200, NOON + 3600 * pool))
        for pool in range(4)
    ]  # fmt: skip
    other = script(200, 40, choices="4", ip=lambda draw, n: f"47.99.{n % 3}.{n % 50}")
    clusters = scanned(ORDINARY, *pools, other).clusters
    assert [len(cluster.rows) for cluster in clusters] == [800, 200]
    assert "800" in clusters[0].paragraphs.blinded_en


def test_phones_of_one_company_do_not_pay_for_machines_that_borrow_their_user_agent() -> None:
    company: Row = {
        "choices": "3",
        **ONE_MODEL,
        "user_agent": wechat("V2001A", 45),
        "wechat_version": "8.0.45",
    }
    staff = people(300, 50, **company)
    bots = script(320, 51, **company | {"ip": lambda draw, n: f"47.{n % 9}.{n % 30}.{n % 250}"})
    outcome = scanned(ORDINARY, staff, bots)
    assert verdicts_on(outcome, staff)["clean"] >= 299, "two in three hundred touch nothing"
    assert verdicts_on(outcome, staff)["quarantine"] == 0
    assert verdicts_on(outcome, bots)["quarantine"] >= 310


def test_ballots_without_any_sign_are_never_told_to_be_hardly_genuine() -> None:
    outcome = scanned(ORDINARY, farm(800))
    told = {
        frozenset(cell.reason for cell in cluster.cells): cluster.paragraphs.blinded_en
        for cluster in outcome.clusters
    }
    beside = [text for reasons, text in told.items() if "companions" in reasons]
    assert beside
    assert all("Many may be genuine" in text and "at most about" not in text for text in beside)


@pytest.mark.parametrize("model", ["all models", "one model"])
@pytest.mark.parametrize("share", [0.1, 0.2, 0.5, 0.9, 1.0])
def test_two_properties_of_one_companys_phones_are_not_two_families(share: float, model: str) -> None:
    """Fast chips and a page within an app that reports no touch: measured apart, and still one kind of phone."""
    staff = lunch_break(
        400,
        challenge_ms=about(200, 0.2),
        touches=lambda draw, n: 0 if draw.random() < share else 3,
        **(ONE_MODEL if model == "one model" else {}),
    )
    slower = people(4000, challenge_ms=about(1340, 0.4), touches=lambda draw, n: 1 + int(draw.poisson(3)))
    outcome = scanned(slower, staff)
    assert verdicts_on(outcome, staff)["quarantine"] == 0
    assert verdicts_on(outcome, slower)["quarantine"] == 0
    for cluster in outcome.clusters:
        assert "one company's phones and all may be genuine" in cluster.paragraphs.blinded_en
    if share < 0.9:
        assert verdicts_on(outcome, staff)["review"] <= 1.1 * share * len(staff), "those who touch are clean"


def test_one_fast_model_among_others_behind_an_address_is_held_against_itself() -> None:
    staff = lunch_break(
        160,
        challenge_ms=about(200, 0.2),
        touches=lambda draw, n: 0 if draw.random() < 0.3 else 3,
        **ONE_MODEL,
    )
    touching = {"touches": lambda draw, n: 1 + int(draw.poisson(3))}
    outcome = scanned(people(4000, **touching), lunch_break(240, 60, **touching), staff)
    assert verdicts_on(outcome, staff)["quarantine"] == 0
