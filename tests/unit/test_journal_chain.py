"""The journal's chain as a stranger would port it: one vector, and whatever is changed is found."""

from __future__ import annotations

import hashlib
import json

import pytest

from voting_service.activity.chain import GENESIS, Broken, Link, first_broken, from_line, linked, to_line

FIRST = linked(Link(1, "2026-04-07T01:00:00.000Z", "张三（示例）", "open", "test", '{"ballots": 3}', GENESIS))


def chain(length: int) -> list[Link]:
    """A chain that holds."""
    links = [FIRST]
    for number in range(2, length + 1):
        links.append(
            linked(FIRST._replace(number=number, subject=f"test/{number}", previous=links[-1].sha256))
        )
    return links


def test_the_hash_is_what_the_documentation_says() -> None:
    said = (
        '{"act":"open","actor":"张三（示例）","at":"2026-04-07T01:00:00.000Z","details":"{\\"ballots\\": 3}",'
        f'"number":1,"previous":"{"0" * 64}","subject":"test"}}'
    )
    assert FIRST.sha256 == hashlib.sha256(said.encode()).hexdigest()


def test_a_line_is_the_entry_and_its_hash() -> None:
    assert from_line(to_line(FIRST)) == FIRST
    whole = json.loads(to_line(FIRST))
    sha256 = whole.pop("sha256")
    again = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(again.encode()).hexdigest() == sha256


@pytest.mark.parametrize(
    "line", ["", "[]", "{}", "nothing", to_line(FIRST).replace('"number":1', '"number":"1"')]
)
def test_what_is_no_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        from_line(line)


def test_a_whole_chain_holds_and_so_does_a_later_piece() -> None:
    links = chain(5)
    assert first_broken(links) is None
    assert first_broken(links[2:]) is None
    assert first_broken([]) is None


@pytest.mark.parametrize("field", ["at", "actor", "act", "subject", "details"])
def test_a_changed_entry_is_found(field: str) -> None:
    links = chain(5)
    links[2] = links[2]._replace(**{field: "changed"})
    assert first_broken(links) == Broken(3, "sha256")
    # With a hash that fits again, the next one does not go on from it.
    links[2] = linked(links[2])
    assert first_broken(links) == Broken(4, "previous")


def test_a_missing_a_repeated_and_a_moved_entry_are_found() -> None:
    links = chain(5)
    assert first_broken([*links[:2], *links[3:]]) == Broken(3, "number")
    assert first_broken([*links[:3], links[2], *links[3:]]) == Broken(4, "number")
    assert first_broken([links[0], links[2], links[1]]) == Broken(2, "number")
    assert first_broken([links[0]._replace(previous="1" * 64)]) == Broken(1, "previous")
    assert first_broken([linked(links[0]._replace(previous="1" * 64))]) == Broken(1, "previous")
