"""Who may use which route, as the app itself declares it: the table of docs/access.md.

``python -m tests.access_table`` writes it. ``tests/architecture/test_access_matrix.py`` compares it, and asks every route.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.routing import Rule

from tests.stage import make_service
from voting_service.accounts.officials import BY_UNIT, ROLES
from voting_service.web import access
from wsgi import make_flask, make_polling_place

DOCUMENT = Path(__file__).parents[1] / "docs" / "access.md"
AGAIN = "python -m tests.access_table"
OWN, OTHER = "own", "other"

HEAD = """# Who may use which route

Made by `python -m tests.access_table` from the declarations in the code (`web/access.py`), compared and tried out by
`tests/architecture/test_access_matrix.py`: every route, every role, in a campaign of one's own and in another. Do not edit.

**●** lets in · **◐** lets in in the campaign where one has the role, 403 in any other ·
**○** lets in where one has the role in all campaigns, 403 otherwise · **–** 403.
*unit*: an operator or reviewer of one unit of that campaign alone. *nobody*: not signed in; a page leads to the sign-in (303),
anything else is 401. Whoever is let in may still not see a thing that is not theirs: then it is 404, as if it were not there.
A POST on the desk without the form's own `csrf` is 403 for everyone. A supervisor's every other role in that campaign counts
for nothing.

"""


class Route(NamedTuple):
    """One address with one method."""

    method: str
    rule: str
    access: str
    roles: tuple[str, ...]
    by_unit: bool
    scope: str
    everywhere: bool

    @property
    def in_campaign(self) -> bool:
        """Whether the address names the campaign in which a role is asked for."""
        return "<slug>" in self.rule

    def lets_in(self, role: str, *, own: bool) -> bool:
        """Whether somebody who has this role in their own campaign comes past the guard, there or in another one."""
        if not self.roles:
            return True
        return role in self.roles and not self.everywhere and (own or not self.in_campaign)

    def lets_in_by_unit(self, role: str, *, own: bool) -> bool:
        """The same for somebody who has it for one unit alone."""
        if not self.roles:
            return True
        return self.by_unit and not self.everywhere and role in self.roles and (own or not self.in_campaign)


def make_app(data_dir: Path, **settings: Any) -> Flask:
    """The Flask app alone."""
    service = make_service(data_dir, **settings)
    return make_flask(service, make_polling_place(service))


def routes_of(app: Flask) -> list[Route]:
    """Every route, by address and method. HEAD and OPTIONS are werkzeug's own."""
    found = [_route(app, rule, method) for rule in app.url_map.iter_rules() for method in _methods(rule)]
    return sorted(found, key=lambda one: (one.rule, one.method))


def _methods(rule: Rule) -> Iterator[str]:
    yield from sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def _route(app: Flask, rule: Rule, method: str) -> Route:
    view: Callable[..., Any] = app.view_functions[rule.endpoint]
    declared = access.declared(view) or "UNDECLARED"
    plain = re.sub(r"<(?:[a-z]\w*(?:\([^)]*\))?:)?(\w+)>", r"<\1>", rule.rule)
    return Route(
        method,
        plain,
        declared,
        access.roles_of(view),
        access.is_by_unit(view),
        access.scope_of(view),
        access.is_everywhere(view),
    )


def table(routes: list[Route]) -> str:
    """The document."""
    desk = [one for one in routes if one.access == "official"]
    others = [one for one in routes if one.access != "official"]
    head = ["Route", "nobody", *ROLES, "unit"]
    lines = [HEAD, "## The desk\n\n", _row(head), _row(["---"] * len(head))]
    lines += [_row(_desk_cells(one)) for one in desk]
    lines += ["\n## Everything else: a session of the desk opens nothing here\n\n", _row(["Route", "For"])]
    lines += [_row(["---", "---"])]
    lines += [_row([f"`{one.method} {one.rule}`", _for_whom(one)]) for one in others]
    return "".join(lines)


def _desk_cells(one: Route) -> list[str]:
    nobody = "303" if one.method == "GET" else "401"
    unit = any(one.lets_in_by_unit(role, own=True) for role in BY_UNIT)
    elsewhere = any(one.lets_in_by_unit(role, own=False) for role in BY_UNIT)
    marks = [
        "○"
        if one.everywhere and role in one.roles
        else _mark(one.lets_in(role, own=True), one.lets_in(role, own=False))
        for role in ROLES
    ]
    return [f"`{one.method} {one.rule}`", nobody, *marks, _mark(unit, elsewhere)]


def _mark(own: bool, other: bool) -> str:
    return "●" if other else "◐" if own else "–"


def _for_whom(one: Route) -> str:
    return {
        "public": "anyone",
        "voter": "whoever has a voter's session",
        "internal": "this machine itself, or the metrics token; 404 for all others",
        "machine": f"programs with a token for `{one.scope}`; 401 for all others",
    }.get(one.access, one.access)


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"


def main() -> None:
    """Write the document."""
    with tempfile.TemporaryDirectory() as directory:
        app = make_app(Path(directory), redis_url="redis://127.0.0.1:1/0")
        DOCUMENT.write_text(table(routes_of(app)), encoding="utf-8")
    print(f"{DOCUMENT} written")


if __name__ == "__main__":
    main()
