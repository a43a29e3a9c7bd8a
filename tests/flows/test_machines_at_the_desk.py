"""API tokens and webhooks on the desk and at the command line: shown once, each in its campaigns, and what was typed stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from tests.desk import Desk
from tests.receiver import Receiver, receiving
from tests.stage import Stage, make_service
from voting_service.accounts.api_tokens.models import ApiToken
from voting_service.activity import JournalEntry
from voting_service.webhooks.models import WebhookEndpoint
from wsgi import make_cli

TOKEN = re.compile(r"vt_[A-Za-z0-9_\-]{43}")
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]+=*")
URL = "https://oa.example.org/hooks?key=of-the-receiver"
BAD = "<script>alert(1)</script>"


@pytest.fixture
def two(stage: Stage) -> Stage:
    """Two campaigns."""
    stage.draft("test")
    stage.draft("other")
    return stage


def token_form(**changes: Any) -> dict[str, Any]:
    return {"name": "统计系统", "campaign": "test", "scopes": "tally:read", "days": "30", **changes}


def hook_form(**changes: Any) -> dict[str, Any]:
    return {"name": "办公系统", "url": URL, "campaign": "test", "kinds": "list.final", **changes}


def journaled(stage: Stage) -> list[tuple[str, str]]:
    with stage.service.database.read() as session:
        rows = session.execute(select(JournalEntry.act, JournalEntry.subject).order_by(JournalEntry.id))
        return [(row.act, row.subject) for row in rows if row.act.endswith(("_api_token", "_webhook"))]


def test_a_token_is_shown_once_listed_and_revoked(two: Stage) -> None:
    desk = Desk(two, "经办人", "operator", slug="test")
    made = desk.post("/desk/api-tokens/new", **token_form())
    (token,) = set(TOKEN.findall(made.get_data(as_text=True)))
    assert made.headers["Cache-Control"] == "no-store"
    listed = desk.get("/desk/api-tokens").get_data(as_text=True)
    assert "统计系统" in listed
    assert token not in listed
    assert desk.post("/desk/api-tokens/1/revoke").status_code == 422
    assert desk.post("/desk/api-tokens/1/revoke", confirmed="yes").status_code == 303
    assert "已撤销" in desk.text("/desk/api-tokens")
    assert journaled(two) == [
        ("make_api_token", "test/api-token-1"),
        ("revoke_api_token", "test/api-token-1"),
    ]


def test_a_webhook_is_made_with_a_secret_that_is_shown_once(two: Stage) -> None:
    desk = Desk(two, "经办人", "operator", slug="test")
    made = desk.post("/desk/webhooks/new", **hook_form())
    (secret,) = set(SECRET.findall(made.get_data(as_text=True)))
    for path in ("/desk/webhooks", "/desk/webhooks/1", "/desk/webhooks/1/end"):
        page = desk.get(path).get_data(as_text=True)
        assert secret not in page
        assert "oa.example.org/hooks?…" in page
        assert "of-the-receiver" not in page
    with two.service.database.read() as session:
        assert "of-the-receiver" not in str(session.scalars(select(JournalEntry.details)).all())


@pytest.mark.parametrize(("room", "form"), [("api-tokens", token_form()), ("webhooks", hook_form())])
def test_each_acts_in_their_campaigns_alone(two: Stage, room: str, form: dict[str, Any]) -> None:
    at = f"/desk/{room}"
    admin = Desk(two, "管理员", "admin")
    mine, others = (
        Desk(two, "经办人甲", "operator", slug="test"),
        Desk(two, "经办人乙", "operator", slug="other"),
    )
    watching = Desk(two, "监督员", "supervisor", slug="test")
    assert admin.post(f"{at}/new", **{**form, "campaign": "*"}).status_code == 200
    assert mine.post(f"{at}/new", **form).status_code == 200
    for campaign in ("other", "*", "", "none"):
        assert mine.post(f"{at}/new", **{**form, "campaign": campaign}).status_code == 422
    name = form["name"]
    assert [desk.text(at).count(name) > 0 for desk in (admin, mine, others, watching)] == [
        True,
        True,
        False,
        True,
    ]
    act = "revoke" if room == "api-tokens" else "end"
    for number in (1, 2):
        assert others.get(f"{at}/{number}/{act}").status_code == 404
        assert others.post(f"{at}/{number}/{act}", confirmed="yes").status_code == 404
        assert watching.post(f"{at}/{number}/{act}", confirmed="yes").status_code == 403
    assert mine.post(f"{at}/1/{act}", confirmed="yes").status_code == 404
    assert watching.get(f"{at}/new").status_code == 403
    for role in ("committee", "judge", "handler", "reviewer"):
        assert Desk(two, role, role).get(at).status_code == 403  # type: ignore[arg-type]
    assert mine.post(f"{at}/2/{act}", confirmed="yes").status_code == 303
    assert mine.client.post(f"{at}/1/{act}", data={"confirmed": "yes"}).status_code == 403


def test_an_operator_of_one_campaign_pauses_tests_and_resends_no_other(two: Stage) -> None:
    mine, others = (
        Desk(two, "经办人甲", "operator", slug="test"),
        Desk(two, "经办人乙", "operator", slug="other"),
    )
    mine.post("/desk/webhooks/new", **hook_form())
    assert mine.post("/desk/webhooks/1/test").status_code == 303
    for path in ("test", "pause", "resume", "deliveries/1/again"):
        assert others.post(f"/desk/webhooks/1/{path}").status_code == 404
    assert others.get("/desk/webhooks/1").status_code == 404
    others.post("/desk/webhooks/new", **hook_form(campaign="other"))
    # A delivery of another endpoint, by way of one's own.
    assert others.post("/desk/webhooks/2/deliveries/1/again").status_code == 404


def test_what_was_typed_stays_text_and_every_problem_is_told(two: Stage) -> None:
    desk = Desk(two, "经办人", "operator")
    for room, form in (("api-tokens", token_form(name=BAD)), ("webhooks", hook_form(name=BAD))):
        assert BAD not in desk.post(f"/desk/{room}/new", **form).get_data(as_text=True)
        assert BAD not in desk.get(f"/desk/{room}").get_data(as_text=True)
    assert BAD not in desk.get("/desk/webhooks/1").get_data(as_text=True)
    refused = desk.post("/desk/webhooks/new", name="", url=f"http://{BAD}", campaign="", kinds="x")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert BAD not in page
    assert [f'href="#{name}"' in page for name in ("name", "url", "campaign", "kinds")] == [True] * 4
    refused = desk.post("/desk/api-tokens/new", name="", campaign="x", scopes="", days="9999")
    page = refused.get_data(as_text=True)
    assert [f'href="#{name}"' in page for name in ("name", "campaign", "scopes", "days")] == [True] * 4
    with two.service.database.read() as session:
        assert (
            len(session.scalars(select(ApiToken)).all())
            == len(session.scalars(select(WebhookEndpoint)).all())
            == 1
        )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_the_log_shows_how_it_went_and_sends_again(tmp_path: Any, redis_url: str, receiver: Receiver) -> None:
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, webhooks_inside="127.0.0.1"))
    stage.draft("test")
    desk = Desk(stage, "经办人", "operator", slug="test")
    made = desk.post("/desk/webhooks/new", **hook_form(url=receiver.url)).get_data(as_text=True)
    (receiver.secret,) = set(SECRET.findall(made))
    assert "还没有推送过消息" in desk.text("/desk/webhooks/1")
    receiver.answers = [500]
    assert desk.post("/desk/webhooks/1/test").headers["Location"] == "/desk/webhooks/1?done=tested"
    assert "还没有推送" in desk.text("/desk/webhooks/1?done=tested")
    stage.service.sender().turn()
    shown = desk.text("/desk/webhooks/1")
    assert "对方没有以 2xx 应答（500）" in shown
    assert "下一次：" in shown
    assert desk.post("/desk/webhooks/1/deliveries/1/again").status_code == 303
    stage.service.sender().turn()
    assert "对方已收下（204）" in desk.text("/desk/webhooks/1")
    assert [message["type"] for message in receiver.taken.values()] == ["webhook.test"]
    assert desk.post("/desk/webhooks/1/pause").status_code == 303
    assert desk.post("/desk/webhooks/1/test").status_code == 422
    assert desk.post("/desk/webhooks/1/resume").status_code == 303
    assert desk.post("/desk/webhooks/1/end", confirmed="yes").status_code == 303
    assert "再发一次" not in desk.text("/desk/webhooks/1")
    assert [act for act, _subject in journaled(stage)] == [
        "make_webhook", "test_webhook", "resend_webhook", "pause_webhook", "resume_webhook", "end_webhook",
    ]  # fmt: skip
    stage.strike()


def run(stage: Stage, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(make_cli(lambda: stage.service), ["token", *words])
    return done.exit_code, done.stdout, done.stderr


def test_tokens_at_the_command_line(two: Stage) -> None:
    code, printed, said = run(
        two, "add", "统计系统", "--scope", "tally:read", "--campaign", "test", "--by", "管理员"
    )
    assert (code, bool(TOKEN.fullmatch(printed.strip()))) == (0, True)
    assert printed.strip() not in said
    code, listed, _said = run(two, "list", "--json")
    (line,) = json.loads(listed)
    assert (line["id"], line["campaign"], line["scopes"], line["revoked_at"]) == (
        1,
        "test",
        ["tally:read"],
        None,
    )
    assert printed.strip() not in listed + run(two, "list")[1]
    assert run(two, "revoke", "1", "--by", "管理员")[0] == 0
    assert "×" in run(two, "list")[1]
    for words in (
        ("add", "x", "--scope", "tally:read", "--campaign", "none", "--by", "管理员"),
        ("add", "x", "--scope", "tally:read"),
        ("add", "x", "--scope", "tally:read", "--days", "366", "--by", "管理员"),
        ("revoke", "9", "--by", "管理员"),
        ("revoke", "1"),
    ):
        assert run(two, *words)[0] == 1, words
    assert run(two, "add", "x", "--scope", "everything", "--by", "管理员")[0] == 2
