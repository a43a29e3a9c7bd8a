"""Programs come in by token alone: in its campaign, within its scopes, until it ends; nothing else opens the door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.test import Client, TestResponse

from tests.desk import Desk
from tests.stage import ClockInHand, Stage, make_service
from voting_service.accounts.api_tokens import guard
from voting_service.accounts.api_tokens.door import PER_ADDRESS, digest_of
from voting_service.accounts.api_tokens.issuing import MadeToken, WantedToken, make_token, revoke_token
from voting_service.accounts.api_tokens.models import ApiToken
from voting_service.activity import JournalEntry
from voting_service.errors import ProblemsFound
from voting_service.web import access
from wsgi import make_flask, make_polling_place

AT = "/api/v1/campaigns/test/probe"
IN_ALL = "/api/v1/probe"


@pytest.fixture
def held(tmp_path: Any, redis_url: str) -> Any:
    """A stage whose clock is in hand, with two routes for programs."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand()))
    app = make_flask(stage.service, make_polling_place(stage.service))

    def probe(slug: str = "") -> dict[str, str]:
        return {"name": guard.acting_machine().name, "slug": slug}

    view = access.machine("tally:read")(probe)
    app.add_url_rule("/api/v1/campaigns/<slug>/probe", "probe", view)
    app.add_url_rule(IN_ALL, "probe_all", view)
    stage._app = app
    yield stage
    stage.strike()


def made(stage: Stage, **changes: Any) -> MadeToken:
    values: dict[str, Any] = {"name": "统计系统", "slug": "test", "scopes": ("tally:read",), "days": 30}
    with stage.service.database.write() as session:
        return make_token(
            session, WantedToken(**(values | changes)), at=stage.service.clock.now(), actor="管理员"
        )


def ask(stage: Stage, token: str | None = None, path: str = AT, **more: Any) -> TestResponse:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return stage.client().get(path, headers=headers, **more)


def test_a_good_token_opens_its_campaign(held: Stage) -> None:
    token = made(held).token
    answer = ask(held, token)
    assert (answer.status_code, answer.get_json()) == (200, {"name": "统计系统", "slug": "test"})
    assert "Authorization" in answer.vary
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_only_its_digest_is_kept_and_the_journal_names_it_without_it(held: Stage) -> None:
    token = made(held).token
    with held.service.database.read() as session:
        kept = session.scalars(select(ApiToken)).one()
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "make_api_token")).one()
    assert token.startswith("vt_")
    assert kept.digest == digest_of(token)
    assert token not in f"{vars(kept)} {vars(entry)}"
    assert (entry.actor, entry.subject) == ("管理员", f"test/api-token-{kept.id}")


@pytest.mark.parametrize(
    ("sent", "challenge"),
    [
        (None, 'Bearer realm="voting-service"'),
        ("", 'Bearer realm="voting-service"'),
        ("vt_" + "x" * 43, 'Bearer realm="voting-service", error="invalid_token"'),
        ("short", 'Bearer realm="voting-service", error="invalid_token"'),
    ],
)
def test_no_token_and_a_wrong_one_are_401(held: Stage, sent: str | None, challenge: str) -> None:
    made(held)
    answer = ask(held, sent)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "unauthorised"
    assert answer.headers["WWW-Authenticate"] == challenge


def test_a_token_in_the_address_or_a_cookie_is_none(held: Stage) -> None:
    token = made(held).token
    for path in (f"{AT}?access_token={token}", f"{AT}?token={token}"):
        assert ask(held, path=path).status_code == 401
    client: Client = held.client()
    client.set_cookie("desk", token, path="/")
    assert client.get(AT).status_code == 401


def test_a_desk_session_opens_nothing_here(held: Stage) -> None:
    desk = Desk(held, "管理员甲", "admin", "operator")
    desk.client.set_cookie("desk", desk.secret, path="/")
    assert desk.get(AT).status_code == 401
    assert ask(held, desk.secret).status_code == 401


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"campaign_slug": "other"}, AT),
        ({"scopes": "tally:write"}, AT),
        ({"scopes": "tally:readall x"}, AT),
        ({}, IN_ALL),
    ],
)
def test_a_token_for_something_else_is_403(held: Stage, changes: dict[str, Any], path: str) -> None:
    token = made(held).token
    if changes:
        with held.service.database.write() as session:
            session.execute(update(ApiToken).values(**changes))
    answer = ask(held, token, path)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
    assert 'error="insufficient_scope", scope="tally:read"' in answer.headers["WWW-Authenticate"]


def test_a_token_for_all_opens_all(held: Stage) -> None:
    token = made(held, slug="").token
    assert [ask(held, token, path).status_code for path in (AT, IN_ALL)] == [200, 200]


def test_a_token_ends_when_its_time_is_over_and_when_it_is_revoked(held: Stage) -> None:
    first, second = made(held, days=1), made(held)
    assert ask(held, first.token).status_code == 200
    held.service.clock.tick(timedelta(days=1))  # type: ignore[attr-defined]
    assert ask(held, first.token).status_code == 401
    assert ask(held, second.token).status_code == 200
    with held.service.database.write() as session:
        revoke_token(session, second.id, at=held.service.clock.now(), actor="管理员")
    assert ask(held, second.token).status_code == 401


def test_many_wrong_tokens_are_held_off_and_the_right_one_is_not(held: Stage) -> None:
    token = made(held).token
    wrong = [ask(held, f"vt_{n:043d}").status_code for n in range(PER_ADDRESS + 2)]
    assert wrong == [401] * PER_ADDRESS + [429] * 2
    assert 0 < int(ask(held, "vt_" + "y" * 43).headers["Retry-After"]) <= 3600
    assert ask(held, token).status_code == 200


def test_use_is_noted_by_the_day(held: Stage) -> None:
    clock = held.service.clock
    clock.set(clock.now().replace(hour=15, minute=59))  # type: ignore[attr-defined]  # 23:59 in Shanghai
    token = made(held).token

    def noted() -> Any:
        with held.service.database.read() as session:
            return session.scalars(select(ApiToken.last_used_on)).one()

    assert noted() is None
    ask(held, token)
    first = noted()
    assert first == clock.now().date()
    clock.tick(timedelta(minutes=2))  # type: ignore[attr-defined]
    ask(held, token)
    assert noted() == first + timedelta(days=1)


def test_what_is_wrong_with_a_new_token_is_said_at_once(held: Stage) -> None:
    with pytest.raises(ProblemsFound) as found:
        made(held, name=" ", scopes=("everything",), days=366)
    assert [problem.where for problem in found.value.problems] == ["name", "scopes", "days"]


def test_the_database_refuses_a_token_without_end(stage_on: Stage) -> None:
    made(stage_on)
    for values in (
        {"expires_at": stage_on.service.clock.now() - timedelta(days=1)},
        {"expires_at": stage_on.service.clock.now() + timedelta(days=400)},
        {"scopes": ""},
        {"revoked_by": "somebody"},
    ):
        with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
            session.execute(update(ApiToken).values(**values))


def test_a_route_for_programs_has_a_scope_that_is_known_and_answers_in_json(held: Stage) -> None:
    for path, scope in (("/api/v1/x", "everything"), ("/x", "tally:read")):
        app = make_flask(held.service, make_polling_place(held.service))
        app.add_url_rule(path, "x", access.machine(scope)(lambda: ""))
        with pytest.raises(access.UndeclaredAccess, match="x"):
            guard.require_known_scopes(app)
