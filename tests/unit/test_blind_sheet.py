"""What a blind sheet says does not depend on what somebody with the live counts could look for."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from anti_fraud.scan import scan_files, write_ballots
from tests.handmade import people, script
from voting_service.tally.blind.coarse import (
    about,
    chance_below,
    lasting,
    measured,
    share_about,
    share_at_most,
    step_of,
)
from voting_service.tally.clusters.blind_sheet import blind_lines, blind_sheet

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("scan")
    write_ballots(folder / "ballots.csv", people(800) + script(113))
    (cluster,) = scan_files(folder / "ballots.csv", None, folder / "out").as_dict()["clusters"]
    return cluster


def test_two_clusters_that_differ_in_what_counts_tell_have_the_same_sheet(found: dict[str, Any]) -> None:
    """Another candidate, another number of ballots in the same step, another hour of the same day, other ballots."""
    other: dict[str, Any] = copy.deepcopy(found)
    other["ballots"] = [f"other-{n}" for n in range(181)]
    for row in other["effect"]:
        share = row["in_cluster"] / len(found["ballots"])
        row |= {"candidate": f"9{row['candidate']}", "in_cluster": round(share * 181), "count_before": 7000,
                "count_after": 6819, "rank_before": 1, "rank_after": 40}  # fmt: skip
    other["effect"].reverse()
    found = found | {"window": {"from": "2021-04-16T02:00:00.123Z", "to": "2021-04-16T02:07:00Z"}}
    other["window"] = {"from": "2021-04-16T11:21:09.456Z", "to": "2021-04-16T11:29:59Z"}
    for name in ("addresses", "blocks"):
        low, high = step_of(other["profile"][name])
        other["profile"][name] = low if other["profile"][name] != low else high
    other["paragraph"] = {"blinded": {"zh": "181 张选了候选人甲"}, "named": {"zh": "181 张选了 9 号"}}
    other["figures"] |= {
        "observed": 181,
        "expected_upper": found["figures"]["expected_upper"] * 181 / len(found["ballots"]),
    }
    for row in other["sample"]:
        row |= {"ballot_id": "another", "cast_at": "2021-04-16T03:21:09.123+08:00", "choices": "9"}
    here, there = (blind_sheet(one, ZONE) for one in (found, other))
    assert [*blind_lines(here)] == [*blind_lines(there)]
    assert here == there


@pytest.mark.parametrize(
    ("number", "step", "said"),
    [(0, (0, 9), "不到 10"), (9, (0, 9), "不到 10"), (10, (10, 19), "10–19"), (19, (10, 19), "10–19"),
     (20, (20, 49), "20–49"), (50, (50, 99), "50–99"), (99, (50, 99), "50–99"), (100, (100, 199), "100–199"),
     (499, (200, 499), "200–499"), (500, (500, 999), "500–999"), (1000, (1000, 1999), "1,000–1,999"),
     (123_456, (100_000, 199_999), "100,000–199,999")],
)  # fmt: skip
def test_a_number_is_told_as_its_step(number: int, step: tuple[int, int], said: str) -> None:
    assert (step_of(number), str(about(number))) == (step, said)


def test_steps_leave_no_gap_and_do_not_overlap() -> None:
    number = 0
    while number < 10**7:
        low, high = step_of(number)
        assert (low, step_of(high)) == (number, (low, high))
        number = high + 1


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, "—"), (0.0, "不到 5%"), (0.049, "不到 5%"), (0.05, "约 10%"), (0.333, "约 30%"), (0.9, "约 90%"),
     (0.949, "约 90%"), (0.95, "95% 以上"), (1.0, "95% 以上")],
)  # fmt: skip
def test_a_share_is_told_to_the_tenth(share: float | None, said: str) -> None:
    assert str(share_about(share)) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "不到 5%"), (0.05, "不超过 10%"), (0.3, "不超过 30%"), (0.31, "不超过 40%"), (1, "不超过 100%")],
)
def test_a_bound_is_never_told_too_low(share: float, said: str) -> None:
    assert str(share_at_most(share)) == said


def test_lengths_chances_and_measures() -> None:
    lengths = [timedelta(minutes=n) for n in (0, 9, 10, 59, 60, 359, 360, 1439, 1440, 9999)]
    told = [str(lasting(one)) for one in lengths]
    assert told == [
        "不到 10 分钟", "不到 10 分钟", "10 分钟到 1 小时", "10 分钟到 1 小时", "1 至 6 小时", "1 至 6 小时",
        "6 小时到 1 天", "6 小时到 1 天", "1 天以上", "1 天以上",
    ]  # fmt: skip
    assert [str(chance_below(p)) for p in (0, 9e-7, 1e-6, 9e-4, 1e-3, 1)] == [
        "不到百万分之一", "不到百万分之一", "不到千分之一", "不到千分之一",
        "千分之一以上，不能单凭这一项", "千分之一以上，不能单凭这一项",
    ]  # fmt: skip
    assert [str(measured(value)) for value in (None, 0.0, 0.4321, 12.34, 86400.0)] == [
        "—", "约 0", "约 0.43", "约 12", "约 86000"
    ]  # fmt: skip
