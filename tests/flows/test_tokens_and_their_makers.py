"""Whoever ends an official or takes a role is told which tokens stop with it; another official takes one over."""

from __future__ import annotations

import re
from typing import Any

import pytest
from click.testing import CliRunner

from tests.desk import Desk
from tests.stage import Stage
from voting_service.accounts.models import Official
from voting_service.accounts.register import change_roles, end_official
from wsgi import make_cli

TOKEN = re.compile(r"vt_[A-Za-z0-9_\-]{43}")
TALLY = "/api/v1/campaigns/test/tally"


@pytest.fixture
def drafted(stage: Stage) -> Stage:
    stage.draft("test")
    return stage


def make(desk: Desk, **changes: Any) -> str:
    form = {"name": "统计系统", "campaign": "test", "scopes": "tally:read", "days": "30", **changes}
    made = desk.post("/desk/api-tokens/new", **form)
    return TOKEN.findall(made.text)[0]


def asked(stage: Stage, token: str) -> Any:
    return stage.client().get(TALLY, headers={"Authorization": f"Bearer {token}"})


def seen(page: str) -> str:
    (value,) = re.findall(r'name="seen" value="([^"]*)"', page)
    return str(value)


def test_ending_somebody_says_which_tokens_stop_and_stops_them(drafted: Stage) -> None:
    admin, leaver = Desk(drafted, "管理员", "admin"), Desk(drafted, "小王", "operator", slug="test")
    token = make(leaver)
    assert asked(drafted, token).status_code != 401
    at = f"/desk/officials/{leaver.official.id}/end"
    looked = admin.get(at).text
    assert "接口令牌随之停用" in looked
    assert "统计系统" in looked
    # Another token since the look: what was seen is not what would be done.
    make(leaver, name="官网")
    assert admin.post(at, confirmed="yes", seen=seen(looked)).status_code == 422
    assert asked(drafted, token).status_code != 401
    assert admin.post(at, confirmed="yes", seen=seen(admin.get(at).text)).status_code == 303
    refused = asked(drafted, token)
    assert (refused.status_code, refused.get_json()["code"]) == (401, "unauthorised")
    assert "已无此权限" in refused.get_json()["detail"] + refused.get_json()["title"]
    assert "签发人小王已无此权限" in admin.text("/desk/api-tokens")


def test_a_role_that_holds_tokens_is_taken_after_a_last_look(drafted: Stage) -> None:
    admin, other = Desk(drafted, "管理员", "admin"), Desk(drafted, "小王", "operator", slug="test")
    at = f"/desk/officials/{other.official.id}"
    role = {"role": "operator", "slug": "test", "unit": ""}
    token = make(other)
    assert "收回后停用的接口令牌：统计系统" in admin.text(at)
    looked = admin.post(f"{at}/roles/take", **role)
    assert looked.status_code == 200
    assert "接口令牌随之停用" in looked.text
    assert admin.post(f"{at}/roles/take", **role, seen=seen(looked.text)).status_code == 422
    assert asked(drafted, token).status_code != 401
    sent = {**role, "seen": seen(looked.text), "confirmed": "yes"}
    assert admin.post(f"{at}/roles/take", **sent).status_code == 303
    assert asked(drafted, token).status_code == 401
    # Without tokens, the button does it as before.
    plain = Desk(drafted, "小李", "operator", slug="test")
    assert admin.post(f"/desk/officials/{plain.official.id}/roles/take", **role).status_code == 303
    # What no form of ours says is said at its field.
    assert admin.post(f"{at}/roles/take", role="", slug="").status_code == 422


def test_what_two_administrators_do_shows_it_to_the_second(drafted: Stage) -> None:
    first, second, third = (Desk(drafted, name, "admin") for name in ("甲管理员", "乙管理员", "丙管理员"))
    with drafted.service.database.write() as session:
        for desk in (first, second, third):
            session.get_one(Official, desk.official.id).passphrase_hash = "scrypt$x"
    token = make(third, campaign="*")
    at = f"/desk/officials/{third.official.id}/end"
    assert first.post(at, confirmed="yes", seen=seen(first.get(at).text)).status_code == 303
    assert asked(drafted, token).status_code != 401, "it is only proposed"
    looked = second.get("/desk/officials/proposals/1").text
    assert "接口令牌随之停用" in looked
    make(third, name="官网")
    confirm = "/desk/officials/proposals/1/confirm"
    assert second.post(confirm, confirmed="yes", seen=seen(looked)).status_code == 422
    looked = second.get("/desk/officials/proposals/1").text
    assert second.post(confirm, confirmed="yes", seen=seen(looked)).status_code == 303
    assert asked(drafted, token).status_code == 401


def test_a_token_is_taken_over_after_a_last_look(drafted: Stage) -> None:
    maker, heir = (
        Desk(drafted, "小王", "operator", slug="test"),
        Desk(drafted, "小李", "operator", slug="test"),
    )
    token = make(maker)
    asked(drafted, token)
    with drafted.service.database.write() as session:
        end_official(session, "小王", at=drafted.service.clock.now(), actor="管理员")
    assert "令牌“统计系统”已停用" in heir.text("/desk")
    at = "/desk/api-tokens/1/take-over"
    assert "小王，已无此权限" in heir.text(at)
    assert heir.post(at).status_code == 422
    assert heir.post(at, confirmed="yes", seen="0-0").status_code == 422
    assert asked(drafted, token).status_code == 401
    assert heir.post(at, confirmed="yes", seen=seen(heir.get(at).text)).status_code == 303
    assert asked(drafted, token).status_code != 401
    page = heir.text("/desk/api-tokens?done=taken-over")
    assert "小李接手" in page
    assert "本来就由您负责" in heir.text(at)
    for stranger in (
        Desk(drafted, "小赵", "operator", slug="other"),
        Desk(drafted, "监督员", "supervisor", slug="test"),
    ):
        assert stranger.get(at).status_code in (403, 404)
        assert stranger.post(at, confirmed="yes", seen="0-0").status_code in (403, 404)


def test_the_command_line_tells_what_stopped(drafted: Stage) -> None:
    make(Desk(drafted, "小王", "operator", slug="test"))
    make(Desk(drafted, "小李", "operator", slug="test"), name="官网")
    with drafted.service.database.write() as session:
        change_roles(session, "小李", give=[("judge", "test")], at=drafted.service.clock.now(), actor="test")

    def run(*words: str) -> str:
        ran = CliRunner().invoke(make_cli(lambda: drafted.service), words)
        assert ran.exit_code == 0, ran.output
        return ran.output

    assert "第 1 号接口令牌（统计系统）随之停用" in run("official", "end", "小王", "--by", "管理员")
    taken = run("official", "roles", "小李", "--take", "operator@test", "--by", "管理员")
    assert "第 2 号接口令牌（官网）随之停用" in taken
    listed = run("token", "list")
    assert "已停用：小王已无此权限" in listed
    assert '"standing": "stopped"' in run("token", "list", "--json")
