"""What the scan hands over: the same each time, complete, and fit to be read out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from anti_fraud.scan import Ballots, Coded, Outcome, Views, ballots_of, concatenate, scan, views_of
from tests.handmade import ballots, lunch_break, people, script

NO_VIEWS = views_of([])
WORKERS = lunch_break(1200)
TABLE = ballots(people(3000), WORKERS, script(300))


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return scan(TABLE, NO_VIEWS)


def test_no_ballots_give_no_clusters() -> None:
    empty = scan(ballots_of([]), NO_VIEWS)
    assert (len(empty.verdicts), empty.clusters) == (0, ())
    json.dumps(empty.as_dict())


def test_one_ballot_gives_no_clusters() -> None:
    assert scan(ballots_of(people(1)), NO_VIEWS).verdicts.tolist() == [0]


def test_ballots_of_which_nothing_is_known_give_no_clusters() -> None:
    bare = [{"ballot_id": str(n), "cast_at": 1e9 + n, "choices": "1"} for n in range(500)]
    found = scan(ballots_of(bare), NO_VIEWS)
    assert found.clusters == ()
    assert set(found.silent) == {
        "ip", "user_agent", "entry", "share_token", "province", "os", "dwell_s", "touches", "challenge_ms",
        "network_type", "views",
    }  # fmt: skip


def test_the_same_ballots_give_the_same_outcome(outcome: Outcome) -> None:
    assert json.dumps(scan(TABLE, NO_VIEWS).as_dict()) == json.dumps(outcome.as_dict())


def test_ballots_appended_later_give_what_all_at_once_give(outcome: Outcome) -> None:
    half = len(TABLE) // 2
    first, second = _part(TABLE, slice(None, half)), _part(TABLE, slice(half, None))
    joined = concatenate(first, second)
    assert len(joined) == len(TABLE)
    assert joined.user_agent.take(np.arange(len(joined))) == TABLE.user_agent.take(np.arange(len(TABLE)))
    again = scan(joined, NO_VIEWS)
    assert again.verdicts.tolist() == outcome.verdicts.tolist()
    assert [cluster.id for cluster in again.clusters] == [cluster.id for cluster in outcome.clusters]


def _part(table: Ballots, rows: slice) -> Ballots:
    """Some rows with tables of names of their own, as a caller would have them."""
    cut = {}
    for name, column in vars(table).items():
        if isinstance(column, Coded):
            cut[name] = Coded.of(column.names[code] for code in column.codes[rows])
        elif isinstance(column, np.ndarray) and name != "on_kiosk":
            cut[name] = column[rows]
    return replace(table, **cut)


def test_views_are_appended_alike() -> None:
    views = concatenate(
        views_of([{"viewed_at": 1.0, "share_token": "a"}]), views_of([{"viewed_at": 2.0, "share_token": "b"}])
    )
    assert isinstance(views, Views)
    assert views.share_token.take(np.arange(2)) == ["a", "b"]


def test_every_suspected_ballot_is_in_one_cluster(outcome: Outcome) -> None:
    rows = np.concatenate([cluster.rows for cluster in outcome.clusters])
    assert sorted(rows.tolist()) == np.flatnonzero(outcome.verdicts).tolist()
    for cluster in outcome.clusters:
        assert {outcome.verdicts[row] for row in cluster.rows} == {1 if cluster.finding == "review" else 2}


def test_a_cluster_says_what_was_seen_and_what_ordinary_is(outcome: Outcome) -> None:
    cluster = outcome.clusters[0]
    assert cluster.finding == "quarantine"
    assert {"N", "D", "M"} <= set(cluster.families)
    assert cluster.figures.expected <= cluster.figures.expected_upper <= 0.05 * cluster.figures.observed
    assert cluster.profile.untouched == 1
    assert [group.name for group in cluster.comparisons] == [
        "largest_shared_address",
        "same_candidates",
        "same_hours",
    ]
    assert [group.profile.ballots for group in cluster.comparisons] == [len(cluster.rows)] * 3
    largest = cluster.comparisons[0].profile
    assert (largest.addresses, largest.from_hosting) == (1, 0)
    assert largest.median_dwell_s == pytest.approx(2.6, abs=0.2)


def test_the_effect_is_what_a_recount_without_the_cluster_gives(outcome: Outcome) -> None:
    cluster = outcome.clusters[0]
    kept = [
        name.split(";")
        for row, name in enumerate(TABLE.choices.take(np.arange(len(TABLE))))
        if row not in set(cluster.rows)
    ]
    after = {effect.candidate: effect.count_after for effect in cluster.effects}
    assert after == {number: sum(number in marked for marked in kept) for number in after}
    assert all(effect.count_before - effect.in_cluster == effect.count_after for effect in cluster.effects)


def test_a_sample_holds_no_address(outcome: Outcome) -> None:
    addresses = {name for name in TABLE.ip.names if name}
    for cluster in outcome.clusters:
        assert len(cluster.sample) == min(20, len(cluster.rows))
        told = json.dumps(cluster.as_dict())
        assert not any(f'"{address}"' in told for address in addresses)
        assert cluster.sample[0]["block"].endswith("/24")


def test_a_paragraph_can_be_read_out_and_accuses_nobody(outcome: Outcome) -> None:
    told = outcome.clusters[0].paragraphs
    assert told.blinded_zh.endswith("不说明是谁投的，也不构成对任何候选人的指控。")
    assert told.blinded_en.endswith("It says nothing about who cast them and accuses no candidate.")
    assert "候选人甲" in told.blinded_zh
    assert "candidate A" in told.blinded_en
    assert "9 号候选人" in told.named_zh
    assert "No. 9" in told.named_en
    for blinded in (told.blinded_zh, told.blinded_en):
        assert "9 号" not in blinded
        assert "No. 9" not in blinded


def test_the_name_of_a_cluster_is_its_content(outcome: Outcome) -> None:
    grown = scan(concatenate(TABLE, ballots_of(people(10, 55))), NO_VIEWS)
    assert grown.clusters[0].id == outcome.clusters[0].id


def test_a_closed_link_of_strangers_is_for_people_to_judge() -> None:
    provinces = ["浙江", "河南", "四川", "广东", "湖北", "山东"]
    paid = people(
        300,
        31,
        entry="share",
        share_token="paid",
        reshared=0,
        choices="3",
        province=lambda d, n: provinces[n % 6],
    )
    usual = [
        row for link in range(6) for row in people(200, 40 + link, entry="share", share_token=f"link{link}")
    ]
    branch = people(300, 60, entry="share", share_token="branch", reshared=0, choices="4")
    seen = views_of([{"viewed_at": 1.0, "share_token": f"link{n % 6}"} for n in range(3000)])
    found = scan(ballots(people(2000), usual, paid, branch), seen)
    assert [cluster.finding for cluster in found.clusters] == ["review"]
    assert set(found.clusters[0].ballot_ids) >= {row["ballot_id"] for row in paid if row["touches"]}
    assert not set(found.clusters[0].ballot_ids) & {row["ballot_id"] for row in branch}
    assert "有偿拉票" in found.clusters[0].paragraphs.blinded_zh


def test_progress_is_told_in_order() -> None:
    told: list[tuple[str, int, int]] = []
    scan(TABLE, NO_VIEWS, lambda step, done, total: told.append((step, done, total)))
    assert [done for _step, done, _total in told] == sorted(done for _step, done, _total in told)
    assert told[-1][1] == told[-1][2]
