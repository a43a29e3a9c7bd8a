"""Every act that the code journals has a word for the desk, and so has every detail."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from publicity import journal_values as publicity_values
from publicity.notices.words import ACT_WORDS as NOTICE_ACTS
from voting_service import journal_values
from voting_service.activity.words import ACT_GROUPS, ACT_WORDS, DETAIL_WORDS, grouped_acts

ROOT = Path(__file__).resolve().parents[2]
PUT_TOGETHER = {
    "notice_": set(NOTICE_ACTS),
    "objector_": {"answered", "added"},
}
"""Acts that begin with one of these end with one of those."""


def sources() -> dict[Path, ast.Module]:
    """Every module in which acts may be journaled."""
    return {
        path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8"))
        for top in ("voting_service", "publicity")
        for path in (ROOT / top).rglob("*.py")
    }


def called(node: ast.AST) -> str:
    """The name of what is called; empty for anything else."""
    function = getattr(node, "func", None)
    return getattr(function, "id", "") or getattr(function, "attr", "")


def texts_in(node: ast.expr | None) -> Iterator[str]:
    """The texts that an expression may be, as far as it says."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts_in(node.body)
        yield from texts_in(node.orelse)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        start = str(node.values[0].value)
        assert start in PUT_TOGETHER, f"say here how acts that begin with {start} end"
        yield from (start + end for end in PUT_TOGETHER[start])


def texts_of_name(name: str, module: ast.Module, trees: Iterable[ast.Module]) -> Iterator[str]:
    """What a variable or parameter of this name may be: assigned, by default, or as calls give it."""
    places: dict[str, int] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and [getattr(one, "id", "") for one in node.targets] == [name]:
            yield from texts_in(node.value)
        if isinstance(node, ast.FunctionDef):
            names = [one.arg for one in (*node.args.args, *node.args.kwonlyargs)]
            if name in names:
                places[node.name] = names.index(name)
                defaults = dict(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
                defaults |= dict(zip(reversed(node.args.args), reversed(node.args.defaults), strict=False))
                yield from (
                    text for key, value in defaults.items() if key.arg == name for text in texts_in(value)
                )
    for tree in trees:
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and called(call) in places:
                given = [word.value for word in call.keywords if word.arg == name]
                if tree is module:
                    given += call.args[places[called(call)] :][:1]
                yield from (text for value in given for text in texts_in(value))


def journaled() -> set[str]:
    """Every act in the source."""
    acts: set[str] = set()
    trees = sources()
    for path, module in trees.items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and called(node) == "journal" and path.parts[1] != "activity":
                given = [word.value for word in node.keywords if word.arg == "act"]
                where = f"{path}:{node.lineno}"
                assert given, f"{where}: no act"
                name = getattr(given[0], "id", "")
                found = {*(texts_of_name(name, module, trees.values()) if name else texts_in(given[0]))}
                assert found, f"{where}: an act that nobody can find in the source"
                acts |= found
    return acts


def test_every_act_has_a_word() -> None:
    found = journaled()
    assert len(found) > 50
    assert sorted(found - set(ACT_WORDS)) == []


def test_no_two_acts_of_one_kind_read_alike() -> None:
    words = [str(word) for word in ACT_WORDS.values()]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_every_act_stands_in_a_group_and_every_group_has_one() -> None:
    grouped = [act for _key, _word, acts in grouped_acts() for act in acts]
    assert grouped == [*ACT_WORDS]
    assert [key for key, _word, _acts in grouped_acts()] == [key for key, _word, _first in ACT_GROUPS]


def details_named() -> set[str]:
    """The names of details that the source writes, as far as they stand there."""
    names = {"member", "members", "present", "reason"}  # the committee's, which come as keywords
    for path, module in sources().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and called(node) == "journal" and path.parts[1] != "activity":
                for word in node.keywords:
                    if word.arg == "details":
                        names |= {
                            key.value
                            for one in ast.walk(word.value)
                            if isinstance(one, ast.Dict)
                            for key in one.keys
                            if isinstance(key, ast.Constant) and isinstance(key.value, str)
                        }
    return names


def test_every_detail_has_a_word() -> None:
    found = details_named()
    assert len(found) > 50
    assert sorted(found - set(DETAIL_WORDS)) == []


def test_no_code_means_two_things_under_one_name() -> None:
    ours, publicitys = (module.JOURNAL_VALUES for module in (journal_values, publicity_values))
    assert [name for name in ours if set(ours[name]) & set(publicitys.get(name, {}))] == []
