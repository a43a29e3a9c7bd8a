"""A title that a sentence puts into marks goes through ``names.in_quotes`` or ``names.in_title_marks``: it may have marks itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TITLES = ("title", "honour", "notice")
"""What sentences call the free text of a campaign, a notice, an award."""
MARKED = re.compile(rf"“%\(({'|'.join(TITLES)})\)s”|《%\(({'|'.join(TITLES)})\)s》")
TURNED = {"“": "in_quotes", "《": "in_title_marks"}


def in_modules() -> list[tuple[str, bool]]:
    """Each place in our modules, and whether the title is turned there, or in the function around (a bare name)."""
    found = []
    for top in ("voting_service", "publicity"):
        for path in sorted((ROOT / top).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(source)):
                if not (
                    isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
                ):
                    continue
                (sentence,) = node.args
                assert isinstance(sentence, ast.Constant)
                values = {one.arg: one.value for one in node.keywords}
                for mark in MARKED.finditer(str(sentence.value)):
                    value = values[mark[1] or mark[2]]
                    where = source if isinstance(value, ast.Name) else ast.unparse(value)
                    found.append(
                        (f"{path.relative_to(ROOT)}:{node.lineno}", f"{TURNED[mark[0][0]]}(" in where)
                    )
    return found


def in_templates() -> list[tuple[str, bool]]:
    """The same for pages."""
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for mark in MARKED.finditer(line):
                value = re.search(rf"\b{mark[1] or mark[2]}=([^,)]*)", line[mark.end() :])
                turned = value is not None and value[1].endswith(f"|{TURNED[mark[0][0]]}")
                found.append((f"{path.relative_to(ROOT)}: {mark[0]}", turned))
    return found


def test_every_title_in_marks_is_turned() -> None:
    found = [*in_modules(), *in_templates()]
    assert len(found) > 20
    assert [place for place, turned in found if not turned] == []
