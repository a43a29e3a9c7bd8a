"""One's own account by its pages: the second factor from the key to signing in with it, sessions, passphrase; and where it is
demanded, nothing else comes first."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from werkzeug.test import Client

from tests.desk import Desk
from tests.flows.test_commands import run
from tests.flows.test_signing_in import ANOTHER, SECRET, accept, cookie, invite, send, sign_in
from tests.second_steps import App
from tests.stage import Stage, make_service
from voting_service.accounts import invitations, passphrase, totp
from voting_service.accounts.models import Official, SecondFactor
from voting_service.accounts.register import add_official
from voting_service.accounts.sessions import csrf_of
from voting_service.activity.reading import chain_of

KEY = re.compile(r'class="account-key">([A-Z2-7 ]+)<')
CODE = re.compile(r"<li>((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})</li>")
FACTOR = "/desk/account/second-factor"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hash costs is the affair of ``test_passphrases``."""
    monkeypatch.setattr(passphrase, "_COST", (10, 8, 1))


def post(client: Client, path: str, **fields: str):  # type: ignore[no-untyped-def]
    """Send a form of the desk from whoever is signed in."""
    return client.post(path, data={"csrf": csrf_of(cookie(client).value), **fields})


def forget_the_last_code(stage: Stage) -> None:
    """As if it had been a while ago."""
    with stage.service.database.write() as session:
        session.execute(update(SecondFactor).values(last_step=0))


def enrol(stage: Stage, client: Client) -> tuple[App, list[str]]:
    """From the passphrase to the recovery codes."""
    assert post(client, FACTOR, passphrase=SECRET).location == f"{FACTOR}/prove"
    page = client.get(f"{FACTOR}/prove")
    key = KEY.search(page.text)[1].replace(" ", "")  # type: ignore[index]
    app = App(base64.b32decode(key))
    assert f"secret={key}" in page.text
    shown = post(client, f"{FACTOR}/prove", code=app.code(stage.service.clock.now()))
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    forget_the_last_code(stage)
    return app, CODE.findall(shown.text)


def test_from_the_key_to_signing_in_with_it_and_back(stage: Stage) -> None:
    client, elsewhere = stage.client(), stage.client()
    accept(client, invite(stage))
    sign_in(elsewhere)
    assert elsewhere.get("/desk").status_code == 200
    wrong = post(client, FACTOR, passphrase=ANOTHER)
    assert (wrong.status_code, "口令不对" in wrong.text) == (422, True)
    assert client.get(f"{FACTOR}/prove").location == FACTOR, "no key before the passphrase"
    app, codes = enrol(stage, client)
    assert len(codes) == 10
    assert elsewhere.get("/desk").status_code == 303, "who came by the passphrase alone has to come again"
    assert client.get(f"{FACTOR}/prove").location == FACTOR, "nobody sees the key again"
    assert all(code not in client.get(FACTOR).text for code in codes)
    now = stage.service.clock.now()
    assert sign_in(elsewhere, next="/desk/account").location == "/desk/sign-in/code?next=/desk/account"
    page = elsewhere.get("/desk/sign-in/code?next=/desk/account").text
    assert ("王敏" in page, 'name="next" value="/desk/account"' in page) == (True, True)
    refused = send(elsewhere, "/desk/sign-in/code", code=app.wrong(now))
    assert (refused.status_code, "验证码不对" in refused.text) == (422, True)
    entered = send(elsewhere, "/desk/sign-in/code", code=app.code(now), next="/desk/account")
    assert (entered.status_code, entered.location) == (303, "/desk/account")
    third = stage.client()
    sign_in(third)
    assert send(third, "/desk/sign-in/code", code=codes[0]).status_code == 303
    assert "还有 9 个" in third.get("/desk/account").text
    forget_the_last_code(stage)
    for fields in (
        {"off_passphrase": ANOTHER, "off_code": app.code(now)},
        {"off_passphrase": SECRET, "off_code": "1"},
    ):
        assert post(third, f"{FACTOR}/off", **fields).status_code == 422
    anew = post(third, f"{FACTOR}/codes", renew_passphrase=SECRET, renew_code=app.code(now))
    assert len(set(CODE.findall(anew.text)) - set(codes)) == 10
    off = post(third, f"{FACTOR}/off", off_passphrase=SECRET, off_code=CODE.findall(anew.text)[0])
    assert off.location == f"{FACTOR}?done=off"
    assert sign_in(stage.client()).location == "/desk"


def test_the_second_step_by_itself_leads_back_to_the_first(stage: Stage) -> None:
    client = stage.client()
    assert client.get("/desk/sign-in/code").location == "/desk/sign-in"
    answer = client.post("/desk/sign-in/code", data={"token": "", "code": "000000"})
    assert (answer.status_code, "请重新登录" in answer.text) == (422, True)


def test_sessions_are_seen_and_ended_one_and_all(stage: Stage) -> None:
    here, there, phone = stage.client(), stage.client(), stage.client()
    accept(here, invite(stage))
    for client in (there, phone):
        sign_in(client)
    page = here.get("/desk/account").text
    keys = re.findall(r'name="session" value="([0-9a-f]+)"', page)
    assert (len(keys), page.count("本机")) == (2, 1)
    assert "127.0.0.1" not in page
    assert cookie(here).value not in page
    assert post(here, "/desk/account/sessions/end", session=keys[0]).location.endswith("done=ended")
    assert sorted(client.get("/desk").status_code for client in (there, phone)) == [200, 303]
    assert post(here, "/desk/account/sessions/end", session="nonsense").location.endswith("done=gone")
    post(here, "/desk/account/sessions/end-others")
    assert [client.get("/desk").status_code for client in (here, there, phone)] == [200, 303, 303]


def test_a_new_passphrase_wants_the_old_one_and_ends_the_other_sessions(stage: Stage) -> None:
    here, there = stage.client(), stage.client()
    accept(here, invite(stage))
    sign_in(there)
    before = cookie(here).value
    for fields, where in (
        ({"old": ANOTHER, "new": ANOTHER, "again": ANOTHER}, "old"),
        ({"old": SECRET, "new": "短", "again": "短"}, "new"),
        ({"old": SECRET, "new": ANOTHER, "again": "另一句"}, "again"),
        ({"old": "", "new": ANOTHER, "again": ANOTHER}, "old"),
    ):
        answer = post(here, "/desk/account/passphrase", **fields)
        assert (answer.status_code, f'id="{where}-error"' in answer.text) == (422, True), fields
    assert there.get("/desk").status_code == 200
    changed = post(here, "/desk/account/passphrase", old=SECRET, new=ANOTHER, again=ANOTHER)
    assert changed.location == "/desk/account?done=passphrase"
    assert cookie(here).value != before
    assert [here.get("/desk").status_code, there.get("/desk").status_code] == [200, 303]
    assert sign_in(stage.client()).status_code == 422
    assert sign_in(stage.client(), passphrase=ANOTHER).status_code == 303


@pytest.fixture(params=["admin", "all"])
def demanding(tmp_path: Path, redis_url: str, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A service where a second factor is demanded."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, second_factor=request.param))
    yield stage
    stage.strike()


def test_where_it_is_demanded_nothing_else_comes_first(demanding: Stage) -> None:
    everyone = demanding.service.settings.second_factor == "all"
    plain = Desk(demanding, "小王", "operator")
    assert plain.get("/desk").status_code == (303 if everyone else 200)
    done = run(demanding, "official", "add", "总管", "--role", "admin", "--by", "李主席")
    client = demanding.client()
    accept(client, "/desk/invitation/" + done.stdout.strip().rpartition("/")[2])
    for path in ("/desk", "/desk/account", "/desk/officials", "/desk/campaigns"):
        assert client.get(path).location == FACTOR, path
    blocked = post(client, "/desk/officials/new", name="新人", role="operator", slug="*")
    assert (blocked.status_code, "两步验证" in blocked.text) == (403, True)
    page = client.get(FACTOR).text
    assert ("请先开启两步验证" in page, "/desk/officials" in page) == (True, False)
    app, _codes = enrol(demanding, client)
    assert client.get("/desk/officials").status_code == 200
    now = demanding.service.clock.now()
    post(client, f"{FACTOR}/off", off_passphrase=SECRET, off_code=app.code(now))
    assert client.get("/desk").location == FACTOR, "off, and led back"
    assert post(client, "/desk/sign-out").status_code == 303


def test_a_reset_by_command_lets_in_and_is_seen_until_it_is_noted(stage: Stage) -> None:
    client = stage.client()
    accept(client, invite(stage))
    enrol(stage, client)
    done = run(stage, "official", "reset-second-factor", "王敏", "--by", "李主席")
    assert done.exit_code == 0, done.output
    again = run(stage, "official", "reset-second-factor", "王敏", "--by", "")
    assert (again.exit_code, "--by" in again.stderr) == (1, True)
    fresh = stage.client()
    assert sign_in(fresh).location == "/desk"
    assert "李主席重置了您的两步验证" in fresh.get("/desk").text
    assert "李主席" in fresh.get("/desk/account").text
    post(fresh, "/desk/account/noted")
    assert "重置" not in fresh.get("/desk/account").text
    with stage.service.database.read() as session:
        assert session.scalars(select(Official.factor_reset_by)).one() is None


def test_roles_for_one_unit_are_given_by_command(stage: Stage) -> None:
    stage.draft()
    added = run(stage, "official", "add", "王敏", "--role", "operator@test/单位2", "--by", "李主席")
    assert added.exit_code == 0, added.output
    assert "王敏\t经办人（test，单位2）" in run(stage, "official", "list").stdout
    for role, said in (
        ("operator@test/没有", "没有这个单位"), ("committee@test/单位1", "不能只管一个单位"),
    ):  # fmt: skip
        refused = run(stage, "official", "roles", "王敏", "--give", role, "--by", "李主席")
        assert (refused.exit_code, said in refused.stderr) == (1, True)
    taken = run(stage, "official", "roles", "王敏", "--take", "operator@test/单位2", "--by", "李主席")
    assert taken.exit_code == 0, taken.output


def test_the_key_is_what_was_shown(stage: Stage) -> None:
    """The QR code, the link and the typed key are one and the same."""
    client = stage.client()
    accept(client, invite(stage))
    post(client, FACTOR, passphrase=SECRET)
    page = client.get(f"{FACTOR}/prove").text
    key = KEY.search(page)[1]  # type: ignore[index]
    assert totp.typed_key(base64.b32decode(key.replace(" ", ""))) == key
    assert "otpauth://totp/" in page
    assert "<svg" in page
    assert key.replace(" ", "") not in re.search(r"<title>([^<]*)</title><path", page)[1]  # type: ignore[index]


def test_whoever_was_invited_sees_by_whom_and_when_each_link_was_used(stage: Stage) -> None:
    with stage.service.database.write() as session:
        at = stage.service.clock.now()
        add_official(session, "白小雨", [("operator", "")], at=at, actor="李主席")
        first = invitations.invite(session, "白小雨", at=at, actor="李主席")
    client = stage.client()
    accept(client, f"/desk/invitation/{first}")
    page = client.get("/desk/account").text
    assert "此账号由李主席邀请，于 " in page
    assert "重新邀请" not in page
    # Another administrator could have used this link themselves: its owner sees that it was used.
    with stage.service.database.write() as session:
        second = invitations.invite(session, "白小雨", at=stage.service.clock.now(), actor="钱副总管")
    assert "钱副总管" not in client.get("/desk/account").text
    other = stage.client()
    accept(other, f"/desk/invitation/{second}")
    assert "钱副总管重新邀请，于 " in other.get("/desk/account").text
    with stage.service.database.read() as session:
        acts = [link.act for link in chain_of(session) if link.subject == "白小雨"]
    assert acts.count("accept_invitation") == 2
