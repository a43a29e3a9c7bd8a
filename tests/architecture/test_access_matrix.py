"""Every route × every role × a campaign of one's own and another: the declarations, the document and the answers agree.

The routes come from the app, the expectations from their declarations; nothing here names a route. Each is really asked: a
GET as a page asks, a POST without the desk's form, and with it where the role is missing. What a POST would do is not done:
for whoever has the role it is sent without its form, and the refusal must be the form's and not the role's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from tests.access_table import AGAIN, DOCUMENT, OTHER, OWN, Route, routes_of, table
from tests.desk import Desk
from tests.stage import Stage, make_service
from voting_service.accounts.officials import BY_UNIT, EVERYWHERE, ROLES
from voting_service.accounts.register import add_official
from voting_service.accounts.sessions import COOKIE, begin_session, csrf_of
from wsgi import make_flask, make_polling_place

STAND_INS: dict[str, str] = {}
"""Arguments by name, where a number or a word will not do."""
ROLE_REFUSED, FORM_REFUSED = "您的角色不能使用这个页面", "没有收下"
UNIT = "单位1"


class Cast:
    """The app in process, and somebody for each role, with a role in one campaign alone."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.app: Flask = make_flask(stage.service, make_polling_place(stage.service))
        self.routes = routes_of(self.app)
        self.nobody = Client(self.app)
        self.people = {
            role: self._sign_in(Desk(stage, f"{role} 甲", role, slug=OWN).secret) for role in ROLES
        }
        self.by_unit = {role: self._sign_in(one_unit(stage, role)) for role in BY_UNIT}

    def _sign_in(self, secret: str) -> tuple[Client, str]:
        client = Client(self.app)
        client.set_cookie(COOKIE, secret)
        return client, csrf_of(secret)

    def paths(self, route: Route) -> dict[str, str]:
        """The address in one's own campaign and in another."""
        return {slug: self._path(route, slug) for slug in (OWN, OTHER)}

    def _path(self, route: Route, slug: str) -> str:
        return re.sub(r"<(\w+)>", lambda part: self._argument(route, part[1], slug), route.rule)

    @lru_cache(maxsize=10_000)  # noqa: B019 - it lives as long as the test
    def _argument(self, route: Route, name: str, slug: str) -> str:
        """A harmless argument that the route's own converter takes."""
        if name == "slug":
            return slug
        for rule in self.app.url_map.iter_rules():
            if re.sub(r"<(?:[a-z]\w*(?:\([^)]*\))?:)?(\w+)>", r"<\1>", rule.rule) != route.rule:
                continue
            converter = rule._converters[name]
            for candidate in (STAND_INS.get(name), "999999", "x", *getattr(converter, "items", ())):
                if candidate is not None and re.fullmatch(converter.regex, candidate):
                    return str(candidate)
        pytest.fail(f"{route.method} {route.rule}: no stand-in for <{name}>; add one to STAND_INS")


def one_unit(stage: Stage, role: str) -> str:
    """Somebody with a role for one unit's candidates alone; gives their session's secret."""
    now = stage.service.clock.now()
    with stage.service.database.write() as session:
        added = add_official(session, f"{role} 乙", [(role, OWN, UNIT)], at=now, actor="test")  # type: ignore[list-item]
        return begin_session(session, added.id, at=now)


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Cast]:
    """One stage for all: nothing that is asked here changes anything."""
    server = request.getfixturevalue("redis_server")
    stage = Stage(
        make_service(
            tmp_path_factory.mktemp("matrix") / "data", redis_url=server.url,
            limit_address="1000000/minute", limit_device="1000000/minute",
        )
    )  # fmt: skip
    stage.campaign(OWN)
    stage.campaign(OTHER)
    yield Cast(stage)
    stage.strike()


def test_the_document_is_what_the_code_declares(cast: Cast) -> None:
    written = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    assert written == table(cast.routes), f"docs/access.md is not what the routes declare: run `{AGAIN}`"


def test_every_route_of_the_app_is_in_the_matrix(cast: Cast) -> None:
    asked = {(one.method, one.rule) for one in cast.routes}
    counted = sum(
        len((rule.methods or set()) - {"HEAD", "OPTIONS"}) for rule in cast.app.url_map.iter_rules()
    )
    assert len(asked) == len(cast.routes) == counted
    kinds = {one.access for one in cast.routes}
    assert kinds <= {"public", "voter", "internal", "machine", "official"}
    for one in cast.routes:
        assert set(one.roles) <= set(ROLES), one
        assert one.access != "official" or one.rule == "/desk" or one.rule.startswith("/desk/"), (
            "or the desk's cookie would not come along"
        )


def test_a_stranger_gets_no_further_than_the_sign_in(cast: Cast) -> None:
    wrong = []
    for route in desk_routes(cast):
        for path in cast.paths(route).values():
            answer = cast.nobody.open(path, method=route.method)
            expected = 303 if route.method == "GET" else 401
            leads = route.method != "GET" or answer.headers.get("Location", "").startswith("/desk/sign-in")
            if answer.status_code != expected or not leads:
                wrong.append((route.method, path, answer.status))
    assert wrong == []


def test_every_role_is_let_in_where_it_is_declared_and_nowhere_else(cast: Cast) -> None:
    wrong = []
    for route in desk_routes(cast):
        for slug, path in cast.paths(route).items():
            own = slug == OWN
            for role, who in cast.people.items():
                wrong += disagreements(route, path, role, who, route.lets_in(role, own=own))
            for role, who in cast.by_unit.items():
                wrong += disagreements(
                    route, path, f"{role} of a unit", who, route.lets_in_by_unit(role, own=own)
                )
    assert wrong == []


def test_what_is_for_a_role_in_all_campaigns_lets_that_in(cast: Cast) -> None:
    now = cast.stage.service.clock.now()
    with cast.stage.service.database.write() as session:
        added = add_official(session, "经办 全部", [("operator", EVERYWHERE)], at=now, actor="test")
        secret = begin_session(session, added.id, at=now)
    client = Client(cast.app)
    client.set_cookie(COOKIE, secret)
    asked = [one for one in desk_routes(cast) if one.everywhere and "operator" in one.roles]
    assert asked
    for route in asked:
        for path in cast.paths(route).values():
            refused = route.method != "GET"  # without the desk's own form
            assert (client.open(path, method=route.method).status_code == 403) is refused, (
                route.method,
                path,
            )


def test_a_session_of_the_desk_opens_nothing_elsewhere(cast: Cast) -> None:
    """Public pages answer an official as they answer anybody; machines' and internal addresses refuse all of them."""
    wrong = []
    admin, _csrf = cast.people["admin"]
    for route in cast.routes:
        if route.access == "official":
            continue
        for path in cast.paths(route).values():
            with_session, without = (one.open(path, method=route.method) for one in (admin, cast.nobody))
            # The sign-in's own page sends on whoever is in already.
            same = with_session.status_code == without.status_code or route.rule.startswith("/desk/sign-in")
            shut = route.access != "machine" or without.status_code == 401
            if not same or not shut or without.status_code == 500:
                wrong.append((route.method, path, with_session.status, without.status))
    assert wrong == []


def desk_routes(cast: Cast) -> list[Route]:
    """Those for officials."""
    return [one for one in cast.routes if one.access == "official"]


def disagreements(
    route: Route, path: str, role: str, who: tuple[Client, str], may: bool
) -> list[tuple[str, ...]]:
    """What is not as declared."""
    client, csrf = who
    # As data, which is quicker made than a page: there are thousands.
    as_data = {"Accept": "application/json"}
    if route.method == "GET":
        answer = client.get(path, headers=as_data)
        right = is_let_in(answer) if may else is_refused(answer, ROLE_REFUSED)
        answer.close()  # as a browser does: what streams lets go of its turn
        return [] if right else [("GET", path, role, answer.status)]
    without = client.open(path, method=route.method, headers=as_data)
    right = is_refused(without, FORM_REFUSED if may else ROLE_REFUSED)
    if right and not may:
        with_form = client.open(path, method=route.method, headers=as_data, data={"csrf": csrf})
        right = is_refused(with_form, ROLE_REFUSED)
    return [] if right else [(route.method, path, role, without.status)]


def is_let_in(answer: TestResponse) -> bool:
    """Past the guard: a page, a way on, or that there is no such thing."""
    to_sign_in = answer.headers.get("Location", "").startswith("/desk/sign-in")
    return answer.status_code < 500 and answer.status_code not in (401, 403) and not to_sign_in


def is_refused(answer: TestResponse, why: str) -> bool:
    """403, and for this reason."""
    return answer.status_code == 403 and why in answer.text
