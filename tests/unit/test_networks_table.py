"""The table of networks: every address gets the facts of the narrowest range that holds it, and nonsense gets none."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anti_fraud.networks.prefixes import prefix_of
from anti_fraud.networks.ranges import KEY_TYPES, RangeList, overlaid
from anti_fraud.networks.table import (
    NO_TABLE,
    UNKNOWN,
    NetworkFacts,
    NetworkTable,
    Ranges4,
    Ranges6,
    TableUnreadable,
    load,
    save,
)

FACTS = [UNKNOWN, NetworkFacts("office", 64500, "广东省", "深圳市"), NetworkFacts("hosting", 64501)]
# First and last address, and which of FACTS holds there.
ROWS = [
    ("10.0.0.0", "10.0.255.255", 1),
    ("10.0.1.0", "10.0.1.255", 2),
    ("255.255.255.0", "255.255.255.255", 1),
    ("2001:db8::", "2001:db8:0:ffff:ffff:ffff:ffff:ffff", 1),
    ("2001:db8::10", "2001:db8::1f", 2),
    ("2001:db8::20", "2001:db8::20", 1),
    ("ffff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 2),
]


def table_of(rows: list[tuple[str, str, int]]) -> NetworkTable:
    families = {4: RangeList(4), 16: RangeList(16)}
    for start, end, fact in rows:
        first, last = ipaddress.ip_address(start).packed, ipaddress.ip_address(end).packed
        families[len(first)].add(first, last, fact)
    return NetworkTable(
        FACTS, Ranges4(*families[4].segments()), Ranges6(*families[16].segments()), "test 1", "cite"
    )


@pytest.mark.parametrize(
    ("address", "fact"),
    [
        ("9.255.255.255", 0),
        ("10.0.0.0", 1),
        ("10.0.0.255", 1),
        ("10.0.1.0", 2),
        ("10.0.1.255", 2),
        ("10.0.2.0", 1),
        ("10.0.255.255", 1),
        ("10.1.0.0", 0),
        ("0.0.0.0", 0),
        ("255.255.254.255", 0),
        ("255.255.255.255", 1),
        ("::", 0),
        ("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", 0),
        ("2001:db8::", 1),
        ("2001:db8::f", 1),
        ("2001:db8::10", 2),
        ("2001:DB8:0:0::1F", 2),
        ("2001:db8::20", 1),
        ("2001:db8:0:1::", 1),
        ("2001:db8:0:ffff:ffff:ffff:ffff:ffff", 1),
        ("2001:db8:1::", 0),
        ("fffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 2),
        ("::ffff:10.0.1.7", 2),
        ("::ffff:a00:107", 2),
        ("::fffe:10.0.1.7", 0),
    ],
)
def test_facts_change_exactly_at_the_ends_of_a_range(address: str, fact: int) -> None:
    table = table_of(ROWS)
    assert table.lookup(address) == FACTS[fact]
    assert table.lookup_many([address]) == [FACTS[fact]]


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        " ",
        "unknown",
        "10.0.1",
        "10.0.1.256",
        "010.0.1.1",
        "10.0.1.1:80",
        "10.0.1.1\0",
        "fe80::1%eth0",
        ":",
        "\ud800",
        "１０.0.1.1",
    ],
)
def test_nonsense_has_no_facts_and_raises_nothing(nonsense: str) -> None:
    table = table_of(
        [("0.0.0.0", "255.255.255.255", 1), ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1)]
    )
    assert table.lookup(nonsense) == UNKNOWN
    assert table.lookup_many([nonsense, "1.2.3.4", nonsense, "::1"]) == [UNKNOWN, FACTS[1], UNKNOWN, FACTS[1]]
    assert prefix_of(nonsense) == ""


def test_of_two_equal_ranges_the_later_row_counts() -> None:
    rows = [("10.0.0.0", "10.0.0.9", 1), ("10.0.0.0", "10.0.0.9", 2)]
    assert table_of(rows).lookup("10.0.0.5") == FACTS[2]
    assert table_of(rows[::-1]).lookup("10.0.0.5") == FACTS[1]


def test_a_narrower_range_counts_wherever_it_stands() -> None:
    rows = [("10.0.0.4", "10.0.0.5", 2), ("10.0.0.0", "10.0.0.9", 1)]
    assert table_of(rows).lookup("10.0.0.5") == table_of(rows[::-1]).lookup("10.0.0.5") == FACTS[2]


def test_no_table_knows_nothing_of_anybody() -> None:
    assert (NO_TABLE.version, NO_TABLE.notice) == ("", "")
    assert NO_TABLE.lookup_many(["1.2.3.4", "2001:db8::1", "?"]) == [UNKNOWN] * 3
    assert [NO_TABLE.lookup(a) for a in ("0.0.0.0", "255.255.255.255", "::", "::1")] == [UNKNOWN] * 4
    assert tuple(UNKNOWN) == ("", None, "", "")


def test_no_addresses_no_answers() -> None:
    assert table_of(ROWS).lookup_many([]) == []


def test_the_file_gives_back_the_table(tmp_path: Path) -> None:
    table = table_of(ROWS)
    save(table, tmp_path / "new folder" / "ipdata.npz")
    again = load(tmp_path / "new folder" / "ipdata.npz")
    assert (again.facts, again.version, again.notice) == (table.facts, "test 1", "cite")
    assert again.ranges4.starts.tolist() == table.ranges4.starts.tolist()
    assert again.ranges6.starts.tolist() == table.ranges6.starts.tolist()
    probes = [end for start, end, _ in ROWS] + [start for start, end, _ in ROWS]
    assert [again.lookup(a) for a in probes] == [table.lookup(a) for a in probes]
    assert [p.name for p in (tmp_path / "new folder").iterdir()] == ["ipdata.npz"]


def test_no_file_is_no_table(tmp_path: Path) -> None:
    assert load(tmp_path / "ipdata.npz") is NO_TABLE


def test_a_file_that_is_no_table_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "ipdata.npz"
    save(table_of(ROWS), path)
    whole = path.read_bytes()
    for damaged in (b"", b"not a table", whole[: len(whole) // 2], whole[:200] + bytes(20) + whole[220:]):
        path.write_bytes(damaged)
        with pytest.raises(TableUnreadable, match=r"ipdata\.npz"):
            load(path)
    np.savez(path, other=np.zeros(3))
    with pytest.raises(TableUnreadable, match="format 1"):
        load(path)


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:DB8:7:8:9::a", "2001:db8:7::/48"),
        ("2001:db8::1", "2001:db8::/48"),
        ("::1", "::/48"),
    ],
)
def test_a_prefix_is_a_24_or_a_48_in_canonical_text(address: str, prefix: str) -> None:
    assert prefix_of(address) == prefix
    assert str(ipaddress.ip_network(prefix)) == prefix


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_an_address_lies_in_its_prefix(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    seen = getattr(address, "ipv4_mapped", None) or address
    assert seen in ipaddress.ip_network(prefix_of(str(address)))


SMALL = st.integers(0, 40)
SMALL_ROWS = st.lists(st.tuples(SMALL, SMALL, st.integers(0, 3)), max_size=12)


def at_the_edge(number: int, width: int) -> list[bytes]:
    """The same small number at the bottom, across the middle and at the top of a family's space."""
    top, half = 1 << (8 * width), 1 << (4 * width)
    return [n.to_bytes(width, "big") for n in (number, half - 20 + number, top - 41 + number)]


@pytest.mark.parametrize("width", [4, 16])
@given(rows=SMALL_ROWS)
def test_segments_say_what_a_search_through_all_rows_says(
    width: int, rows: list[tuple[int, int, int]]
) -> None:
    rows = [(min(a, b), max(a, b), fact) for a, b, fact in rows]
    for zone in range(3):
        ranges = RangeList(width)
        for start, end, fact in rows:
            ranges.add(at_the_edge(start, width)[zone], at_the_edge(end, width)[zone], fact)
        starts, facts = ranges.segments()
        assert bytes(starts[:1].tobytes()) == bytes(width)
        assert starts.dtype == KEY_TYPES[width]
        assert np.array_equal(starts, np.unique(starts))
        for probe in range(41):
            key = at_the_edge(probe, width)[zone]
            column = np.frombuffer(key, ">u4").astype(np.uint32) if width == 4 else np.frombuffer(key, "S16")
            found = int(facts[np.searchsorted(starts, column, "right") - 1][0])
            assert found == searched(rows, probe)


def searched(rows: list[tuple[int, int, int]], probe: int) -> int:
    """Narrowest first, then latest."""
    holding = [(end - start, -i, fact) for i, (start, end, fact) in enumerate(rows) if start <= probe <= end]
    return min(holding)[2] if holding else 0


@given(layers=st.lists(SMALL_ROWS, min_size=1, max_size=3))
def test_an_overlay_keeps_what_each_layer_says(layers: list[list[tuple[int, int, int]]]) -> None:
    layers = [[(min(a, b), max(a, b), fact) for a, b, fact in rows] for rows in layers]
    segments = []
    for rows in layers:
        ranges = RangeList(4)
        for start, end, fact in rows:
            ranges.add(start.to_bytes(4, "big"), end.to_bytes(4, "big"), fact)
        segments.append(ranges.segments())
    starts, choices, combinations = overlaid(segments)
    for probe in range(42):
        choice = choices[np.searchsorted(starts, np.uint32(probe), "right") - 1]
        assert combinations[choice] == tuple(searched(rows, probe) for rows in layers)


@given(
    st.lists(
        st.one_of(st.ip_addresses().map(str), st.text(max_size=12), st.sampled_from([r[0] for r in ROWS]))
    )
)
def test_a_column_of_addresses_is_answered_as_one_by_one(addresses: list[str]) -> None:
    table = table_of(ROWS)
    assert table.lookup_many(addresses) == [table.lookup(address) for address in addresses]


@pytest.mark.parametrize("family", [ipaddress.IPv4Address, ipaddress.IPv6Address])
@given(rows=st.lists(st.tuples(SMALL, SMALL, st.integers(0, 2)), max_size=12))
def test_a_lookup_says_what_a_search_through_all_rows_says(
    family: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address], rows: list[tuple[int, int, int]]
) -> None:
    # Around the middle of the space, where the upper half of an IPv6 address changes within the rows.
    base = (1 << 31) if family is ipaddress.IPv4Address else (0x2001 << 112) + (1 << 64) - 20
    rows = [(min(a, b), max(a, b), fact) for a, b, fact in rows]
    table = table_of([(str(family(base + a)), str(family(base + b)), fact) for a, b, fact in rows])
    answers = [table.lookup(str(family(base + probe))) for probe in range(-1, 42)]
    assert answers == [FACTS[searched(rows, probe)] for probe in range(-1, 42)]
