"""Every act that the code journals has a word for the desk."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from publicity.notices.words import ACT_WORDS as NOTICE_ACTS
from voting_service.activity.words import ACT_WORDS

ROOT = Path(__file__).resolve().parents[2]
PUT_TOGETHER = {
    "notice_": set(NOTICE_ACTS),
    "objector_": {"answered", "added"},
}
"""Acts that begin with one of these end with one of those."""


def acts_in(node: ast.expr, where: str) -> Iterator[str]:
    """What an ``act=`` may be."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from acts_in(node.body, where)
        yield from acts_in(node.orelse, where)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        start = str(node.values[0].value)
        assert start in PUT_TOGETHER, f"{where}: say here how acts that begin with {start} end"
        yield from (start + end for end in PUT_TOGETHER[start])
    elif isinstance(node, ast.Name):
        yield from _acts_handed_on(node.id, where)
    else:
        raise AssertionError(f"{where}: an act that nobody can find in the source")


def _acts_handed_on(name: str, where: str) -> Iterator[str]:
    """A function that journals for others, given the act: what its callers in the same file give it by that name."""
    tree = ast.parse((ROOT / where.split(":", maxsplit=1)[0]).read_text(encoding="utf-8"))
    found = False
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if getattr(call.func, "id", "") == "journal":
            continue
        for word in call.keywords:
            if word.arg == name and not (isinstance(word.value, ast.Name) and word.value.id == name):
                found = True
                yield from acts_in(word.value, where)
    assert found, f"{where}: {name} is given by nobody in this file by keyword"


def journaled() -> set[str]:
    """Every act in the source."""
    acts: set[str] = set()
    for top in ("voting_service", "publicity"):
        for path in (ROOT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "journal":
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    given = [word.value for word in node.keywords if word.arg == "act"]
                    assert given, f"{where}: no act"
                    acts.update(acts_in(given[0], where))
    return acts


def test_every_act_has_a_word() -> None:
    found = journaled()
    assert len(found) > 50
    assert sorted(found - set(ACT_WORDS)) == []


def test_no_two_acts_of_one_kind_read_alike() -> None:
    words = [str(word) for word in ACT_WORDS.values()]
    assert sorted({word for word in words if words.count(word) > 1}) == []
