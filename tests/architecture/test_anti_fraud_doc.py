"""The operators' guide to the door says what the code does: every check, every default, every bound, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from anti_fraud.checks import all_checks
from anti_fraud.gate import COUNTED_BY_THE_BOX, NEVER_FAILS_OPEN
from anti_fraud.policy import DEFAULT, DEFAULT_ACTIONS, FIELDS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
AWAY = {
    "anti-fraud.md": {NEVER_FAILS_OPEN: NEVER_FAILS_OPEN, COUNTED_BY_THE_BOX: COUNTED_BY_THE_BOX},
    "anti-fraud.zh-CN.md": {
        NEVER_FAILS_OPEN: "照常判断；选票本身被拒，因为没有票箱能收",
        COUNTED_BY_THE_BOX: "拒绝：它的计数就在投票的那一次往返里",
    },
}
CHECKS = all_checks((1, 1), (1, 1))


def rows(document: str, columns: int) -> dict[str, list[str]]:
    """First cell → the others, of every table of so many columns whose rows begin with a name in code."""
    found: dict[str, list[str]] = {}
    for line in (DOCS / document).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        named = re.fullmatch(r"`([a-z_]+)`", cells[0])
        if line.startswith("|") and named and len(cells) == columns:
            assert named[1] not in found, f"{named[1]} stands twice"
            found[named[1]] = cells[1:]
    return found


def of_checks(document: str) -> dict[str, list[str]]:
    """The table of checks."""
    return {name: cells for name, cells in rows(document, 4).items() if name not in FIELDS}


@pytest.mark.parametrize("document", AWAY)
def test_every_check_is_there_and_no_other(document: str) -> None:
    assert list(of_checks(document)) == [check.name for check in CHECKS]
    assert all(all(cells) for cells in of_checks(document).values())


@pytest.mark.parametrize("document", AWAY)
def test_what_a_check_does_is_its_default(document: str) -> None:
    said = {name: re.findall(r"`(\w+)`", does) for name, (_looks, does, _away) in of_checks(document).items()}
    assert said == {
        check.name: [DEFAULT_ACTIONS[check.name]] if check.name in DEFAULT_ACTIONS else [] for check in CHECKS
    }


@pytest.mark.parametrize("document", AWAY)
def test_what_a_check_does_without_redis_is_what_it_says_of_itself(document: str) -> None:
    said = {name: cells[2] for name, cells in of_checks(document).items()}
    assert said == {check.name: AWAY[document][check.redis_away] for check in CHECKS}


@pytest.mark.parametrize("document", AWAY)
def test_every_part_of_the_policy_with_default_bounds_and_meaning(document: str) -> None:
    meanings = {name: one.chinese if "zh" in document else one.english for name, one in FIELDS.items()}
    expected = {
        name: [str(getattr(DEFAULT, name)), f"{one.low}–{one.high}", meanings[name]]
        for name, one in FIELDS.items()
    }
    assert {name: cells for name, cells in rows(document, 4).items() if name in FIELDS} == expected


def test_the_example_folder_shows_defaults() -> None:
    example = (ROOT / "examples/zui-mei-chan-ye-gong-ren/campaign.toml").read_text(encoding="utf-8")
    shown = re.findall(
        r"^# (\w+) = (\d+)$", example.partition("# [gate]")[2].partition("[assessment]")[0], re.MULTILINE
    )
    assert shown
    assert all(int(value) == getattr(DEFAULT, name) for name, value in shown)


@pytest.mark.parametrize(
    "document",
    [*AWAY, "architecture.md", *(f"decisions/{path.name}" for path in (DOCS / "decisions").glob("*.md"))],
)
def test_links_lead_somewhere(document: str) -> None:
    path = DOCS / document
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []
