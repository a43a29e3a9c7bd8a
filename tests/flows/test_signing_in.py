"""From the invitation to the desk and out again, by pages; what guards the desk; and the commands behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from tests.desk import Desk
from tests.flows.test_commands import run
from tests.stage import Stage, make_service
from voting_service.accounts.desk_home import DeskLine, DeskSection
from voting_service.accounts.officials import ROLES
from voting_service.accounts.register import end_official
from voting_service.accounts.sessions import csrf_of
from voting_service.activity import JournalEntry
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.text import _
from voting_service.web import access
from wsgi import make_flask, make_polling_place

SECRET, ANOTHER = "矿灯照着我们回家的路", "织机一直响到天亮的夜"
LINK = re.compile(r"http://\S+(/desk/invitation/[A-Za-z0-9_\-]{43})\n")
TOKEN = re.compile(r'name="token" value="([^"]+)"')


def invite(stage: Stage, name: str = "王敏", *, new: bool = True) -> str:
    """The path of a link that a command has printed."""
    roles = ("--role", "operator", "--role", "committee") if new else ()
    done = run(stage, "official", "add" if new else "invite", name, *roles, "--by", "李主席")
    assert done.exit_code == 0, done.output
    return LINK.fullmatch(done.stdout)[1]  # type: ignore[index]


def send(client: Client, path: str, **fields: str) -> TestResponse:
    """Fill in the form that stands on a page."""
    page = client.get(path)
    assert page.status_code == 200, page.status
    token = TOKEN.search(page.text)
    assert token
    return client.post(path, data={"token": token[1], **fields})


def accept(client: Client, path: str, passphrase: str = SECRET) -> TestResponse:
    """Set a passphrase."""
    return send(client, path, passphrase=passphrase, again=passphrase)


def sign_in(client: Client, name: str = "王敏", passphrase: str = SECRET, **fields: str) -> TestResponse:
    """Sign in on the page."""
    return send(client, "/desk/sign-in", name=name, passphrase=passphrase, **fields)


def cookie(client: Client, name: str = "desk") -> Any:
    """A cookie of the desk."""
    return client.get_cookie(name, path="/desk")


def test_from_the_invitation_to_the_desk_and_out_again(stage: Stage) -> None:
    client, path = stage.client(), invite(stage)
    assert "王敏，您好" in client.get(path).text
    entered = accept(client, path)
    assert (entered.status_code, entered.location) == (303, "/desk")
    home = client.get("/desk")
    assert [
        text in home.text for text in ("王敏", "经办人、评委", "现在没有等您处理的事", "/desk/notices")
    ] == [True] * 4
    assert home.headers["Cache-Control"] == "no-store"
    gone = client.get(path)
    assert (gone.status_code, "邀请链接无效" in gone.text) == (404, True)
    secret = cookie(client).value
    out = client.post("/desk/sign-out", data={"csrf": csrf_of(secret)})
    assert (out.status_code, out.location, cookie(client)) == (303, "/desk/sign-in?out=1", None)
    assert "已退出" in client.get(out.location).text
    client.set_cookie("desk", secret, path="/desk")
    assert client.get("/desk").status_code == 303, "the cookie alone does not bring it back"
    client.delete_cookie("desk", path="/desk")
    again = sign_in(client)
    assert (again.status_code, again.location) == (303, "/desk")
    assert cookie(client).value != secret
    with stage.service.database.read() as session:
        acts = session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all()
    assert acts[-4:] == ["add_official", "invite_official", "accept_invitation", "sign_in"]


def test_one_comes_back_to_the_page_that_was_asked_for_and_to_no_other_site(stage: Stage) -> None:
    client, path = stage.client(), invite(stage)
    accept(client, path)
    client.delete_cookie("desk", path="/desk")
    asked = client.get("/desk?page=2&%E9%A1%B5=%2F")
    assert asked.status_code == 303
    page = client.get(asked.location)
    (wanted,) = parse_qs(urlsplit(asked.location).query)["next"]
    assert f'name="next" value="{wanted.replace("&", "&amp;")}"' in page.text
    assert sign_in(client, next=wanted).location == wanted == "/desk?page=2&%E9%A1%B5=%2F"
    assert client.get("/desk/sign-in?next=/desk/x").location == "/desk/x", "whoever is signed in goes on"
    for foreign in ("https://evil.example/", "//evil.example", "/desk/../c/test", "/c/test"):
        assert client.get(f"/desk/sign-in?next={foreign}").location == "/desk"
        fresh = stage.client()
        assert sign_in(fresh, next=foreign).location == "/desk"
        assert "evil" not in stage.client().get(f"/desk/sign-in?next={foreign}").text


def test_the_cookie_is_the_servers_own_and_for_the_desk_alone(tmp_path: Path, redis_url: str) -> None:
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, base_url="https://vote.example.org"))
    client, done = stage.client(), run(stage, "official", "add", "王敏", "--role", "admin", "--by", "李主席")
    path = urlsplit(done.stdout.strip()).path
    client.set_cookie("desk", "planted-by-somebody", path="/desk")
    page = client.get(path, base_url="https://vote.example.org")
    token = TOKEN.search(page.text)[1]  # type: ignore[index]
    entered = client.post(
        path,
        base_url="https://vote.example.org",
        data={"token": token, "passphrase": SECRET, "again": SECRET},
    )
    assert entered.status_code == 303
    said = {one.partition("=")[0]: one for one in entered.headers.getlist("Set-Cookie")}
    assert set(said) == {"desk", "desk-known", "desk-entry"}
    for one in said.values():
        assert {"HttpOnly", "SameSite=Lax", "Path=/desk", "Secure"} <= set(one.split("; "))
    assert "planted" not in said["desk"]
    assert "Max-Age" not in said["desk"]
    stage.strike()


def test_an_invitations_address_is_kept_from_logs_and_referrers(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, path = stage.client(), invite(stage)
    with structlog.testing.capture_logs() as lines, caplog.at_level("DEBUG"):
        pages = [client.get(path), send(client, path, passphrase="short", again="x"), client.get(path + "x")]
        monkeypatch.setattr("voting_service.accounts.routes.invited", lambda *_a, **_k: 1 / 0)
        pages.append(client.get(path))
    assert [page.status_code for page in pages] == [200, 422, 404, 500]
    for page in pages:
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
    secret = path.rpartition("/")[2]
    assert secret not in str(lines) + caplog.text + "".join(page.text for page in pages)
    with stage.service.database.read() as session:
        journal = str([(one.subject, one.details) for one in session.scalars(select(JournalEntry))])
    assert secret not in journal
    config = (Path(__file__).parents[2] / "deploy" / "nginx.conf").read_text("utf-8")
    block = config.partition("location ^~ /desk/invitation/ {")[2].partition("}")[0]
    assert "access_log off;" in block


def test_what_is_wrong_is_said_where_it_is_and_no_passphrase_stands_on_a_page(stage: Stage) -> None:
    client, path = stage.client(), invite(stage)
    refused = send(client, path, passphrase="短口令", again="另一个")
    assert (refused.status_code, refused.text.count('class="error"')) == (422, 2)
    assert "短口令" not in refused.text
    accept(client, path)
    client.delete_cookie("desk", path="/desk")
    wrong = sign_in(client, passphrase=ANOTHER)
    assert (wrong.status_code, 'value="王敏"' in wrong.text, ANOTHER in wrong.text) == (422, True, False)
    assert "姓名或口令不对" in wrong.text
    empty = sign_in(client, name="", passphrase="")
    assert (empty.status_code, empty.text.count('class="error"')) == (422, 2)


def test_no_other_site_signs_anybody_in(stage: Stage) -> None:
    """As themselves or as the attacker, whose docket the victim would then write into."""
    client, path = stage.client(), invite(stage)
    attacker, victim = stage.client(), stage.client()
    victim.get("/desk/sign-in")
    theirs = TOKEN.search(attacker.get("/desk/sign-in").text)[1]  # type: ignore[index]
    for_links = TOKEN.search(victim.get(path).text)[1]  # type: ignore[index]
    for token in (theirs, for_links, "", "ü"):
        answer = victim.post("/desk/sign-in", data={"token": token, "name": "王敏", "passphrase": SECRET})
        assert (answer.status_code, cookie(victim)) == (400, None)
    for token in (theirs, ""):
        answer = victim.post(path, data={"token": token, "passphrase": SECRET, "again": SECRET})
        assert (answer.status_code, cookie(victim)) == (400, None)
    assert accept(client, path).status_code == 303, "and the link is as good as before"


def test_too_many_wrong_ones_are_told_when_to_come_back(stage: Stage) -> None:
    accept(stage.client(), invite(stage))
    thief, owner = stage.client(), stage.client()
    token = TOKEN.search(thief.get("/desk/sign-in").text)[1]  # type: ignore[index]
    known_elsewhere = {"REMOTE_ADDR": "198.51.100.9"}
    for _try in range(30):
        answer = thief.post("/desk/sign-in", data={"token": token, "name": "王敏", "passphrase": ANOTHER})
        if answer.status_code == 429:
            break
    assert (answer.status_code, "次数太多" in answer.text) == (429, True)
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    page = owner.get("/desk/sign-in", environ_overrides=known_elsewhere)
    let_in = owner.post(
        "/desk/sign-in", environ_overrides=known_elsewhere,
        data={"token": TOKEN.search(page.text)[1], "name": "王敏", "passphrase": SECRET},  # type: ignore[index]
    )  # fmt: skip
    assert let_in.status_code == 303


def test_without_redis_the_form_says_so_and_whoever_is_in_goes_on(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as server:
        stage = Stage(make_service(tmp_path / "data", redis_url=server.url))
        inside, outside = stage.client(), stage.client()
        accept(inside, invite(stage))
        token = TOKEN.search(outside.get("/desk/sign-in").text)[1]  # type: ignore[index]
        server.stop()
        answer = outside.post("/desk/sign-in", data={"token": token, "name": "王敏", "passphrase": SECRET})
        assert (answer.status_code, "现在无法登录" in answer.text) == (503, True)
        assert inside.get("/desk").status_code == 200
        stage.strike()


# ---- what waits


def test_what_waits_stands_on_the_first_page_urgent_things_first(stage: Stage) -> None:
    desk, stranger = Desk(stage, "王敏", "handler"), Desk(stage, "赵监督", "supervisor")
    flask_app = make_flask(stage.service, make_polling_place(stage.service))

    def dockets(_session: object, official: Any, now: datetime) -> DeskSection | None:
        assert now == now.astimezone(UTC)
        lines = (
            DeskLine(_("平常的"), "/desk/dockets/1"),
            DeskLine(_("今天到期"), "/desk/dockets/2", urgent=True),
        )
        return DeskSection(_("案卷"), lines) if official.has("handler") else None

    flask_app.extensions["desk_sections"] = (dockets, lambda *_all: DeskSection(_("空的"), ()))
    for who, expected in ((desk, True), (stranger, False)):
        client = Client(flask_app)
        client.set_cookie("desk", who.secret)
        page = client.get("/desk").text
        assert ("今天到期" in page, "现在没有等您处理的事" in page) == (expected, not expected)
        assert "空的" not in page
        if expected:
            assert page.index("今天到期") < page.index("平常的")


def test_the_navigation_shows_the_rooms_that_ones_roles_lead_to(stage: Stage) -> None:
    seen = {}
    for name, role in (("甲", "operator"), ("乙", "handler"), ("丙", "supervisor"), ("丁", "admin")):
        page = Desk(stage, name, role).get("/desk").text  # type: ignore[arg-type]
        seen[role] = ("/desk/notices" in page, "/desk/dockets" in page)
    assert seen == {
        "operator": (True, True),
        "handler": (False, True),
        "supervisor": (True, True),
        "admin": (False, False),
    }


# ---- the guard


def official_routes(stage: Stage) -> Iterator[tuple[str, str]]:
    """Method and a path for every route that is declared for officials."""
    app = make_flask(stage.service, make_polling_place(stage.service))
    filled = {"int": "1", "string": "x", "path": "x"}
    for rule in app.url_map.iter_rules():
        if access.declared(app.view_functions[rule.endpoint]) != "official":
            continue
        # One of a few words is filled in with the first: any other would be no address of ours, guard or no guard.
        path = re.sub(
            r"<(?:(\w+)(?:\((\w*)[^)]*\))?:)?\w+>",
            lambda part: part[2] if part[1] == "any" else filled[part[1] or "string"], rule.rule,
        )  # fmt: skip
        yield from ((method, path) for method in sorted(rule.methods - {"OPTIONS"}))  # type: ignore[operator]


def test_a_stranger_is_sent_to_sign_in_from_every_route_of_the_desk(stage: Stage) -> None:
    routes = list(official_routes(stage))
    assert ("GET", "/desk") in routes
    assert ("POST", "/desk/sign-out") in routes
    for method, path in routes:
        assert path == "/desk" or path.startswith("/desk/"), "or the cookie would not come along"
        for secret in (None, "x" * 43):
            client = stage.client()
            if secret:
                client.set_cookie("desk", secret)
            answer = client.open(path, method=method)
            if method in ("GET", "HEAD"):
                assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/desk/sign-in"), path
                as_data = client.open(path, method=method, headers={"Accept": "application/json"})
                assert (as_data.status_code, as_data.mimetype) == (401, "application/problem+json")
            else:
                assert answer.status_code == 401, (method, path)
            assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_is_changed_without_the_desks_own_form(stage: Stage) -> None:
    everything = tuple(role for role in ROLES if role != "supervisor")
    desk, colleague = Desk(stage, "王敏", *everything), Desk(stage, "李工", *everything)
    changing = [(m, path) for m, path in official_routes(stage) if m not in ("GET", "HEAD")]
    assert changing
    for method, path in changing:
        for sent in ({}, {"csrf": ""}, {"csrf": "ü"}, {"csrf": csrf_of(colleague.secret)}):
            answer = desk.client.open(path, method=method, data=sent)
            assert (answer.status_code, "没有收下" in answer.text) == (403, True), (method, path, sent)
    assert desk.get("/desk").status_code == 200, "nor was anybody signed out"
    assert desk.client.post("/desk/sign-out", headers={"X-CSRF": csrf_of(desk.secret)}).status_code == 303


def test_whoever_lacks_the_role_is_refused_in_that_campaign_alone(stage: Stage) -> None:
    app = make_flask(stage.service, make_polling_place(stage.service))
    app.add_url_rule("/desk/probe", "probe", access.official("operator")(lambda: "in"))
    app.add_url_rule("/desk/probe/<slug>", "probe_in", access.official("operator")(lambda slug: f"in {slug}"))
    answers = {}
    for name, roles, slug in (
        ("甲", ("operator",), "test"),
        ("乙", ("operator",), ""),
        ("丙", ("handler", "admin"), ""),
    ):
        client = Client(app)
        client.set_cookie("desk", Desk(stage, name, *roles, slug=slug).secret)  # type: ignore[arg-type]
        answers[name] = [client.get(f"/desk/probe{path}").status_code for path in ("", "/test", "/other")]
    assert answers == {"甲": [200, 200, 403], "乙": [200, 200, 200], "丙": [403, 403, 403]}


def test_whoever_ends_is_out_with_the_next_click(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "handler")
    assert desk.get("/desk").status_code == 200
    with stage.service.database.write() as session:
        end_official(session, "王敏", at=stage.service.clock.now(), actor="test")
    assert desk.get("/desk").status_code == 303


# ---- commands


def test_the_commands_from_adding_to_ending(stage: Stage) -> None:
    stage.campaign()
    assert "还没有工作人员" in run(stage, "official", "list").stderr
    added = run(
        stage, "official", "add", "王敏", "--role", "handler@test", "--role", "operator", "--by", "李主席"
    )
    assert added.exit_code == 0, added.output
    assert LINK.fullmatch(added.stdout), "the link alone is data"
    assert "/desk/invitation/" not in added.stderr
    first = LINK.fullmatch(added.stdout)[1]  # type: ignore[index]
    (row,) = json.loads(run(stage, "official", "list", "--json").stdout)
    until = datetime.fromisoformat(row["invited_until"])
    assert until - datetime.fromisoformat(row["added_at"]) == timedelta(days=7)
    assert (row["name"], row["roles"], row["has_passphrase"], row["ended_at"]) == (
        "王敏",
        [
            {"role": "operator", "campaign": None, "unit": None},
            {"role": "handler", "campaign": "test", "unit": None},
        ],
        False,
        None,
    )
    assert "经办人、承办人（test）" in run(stage, "official", "list").stdout
    changed = run(
        stage, "official", "roles", "王敏", "--give", "committee", "--take", "handler@test", "--by", "李主席"
    )
    assert (changed.exit_code, "已更改" in changed.stderr) == (0, True)
    assert "经办人、评委\t已邀请" in run(stage, "official", "list").stdout
    second = invite(stage, new=False)
    client = stage.client()
    assert [client.get(path).status_code for path in (first, second)] == [404, 200]
    accept(client, second)
    assert "可以登录" in run(stage, "official", "list").stdout
    ended = run(stage, "official", "end", "王敏", "--by", "李主席")
    assert (ended.exit_code, "已停用 王敏" in ended.stderr) == (0, True)
    assert "已停用" in run(stage, "official", "list").stdout
    assert client.get("/desk").status_code == 303


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "王敏", "--role", "boss@nowhere", "--role", "admin"), ["boss@nowhere：没有这个角色", "没有这个活动", "--by："]),
        (("add", " ", "--role", "admin", "--by", "甲"), ["姓名要有"]),
        (("invite", "无此人"), ["--by：", "无此人：没有这位"]),
        (("roles", "无此人", "--give", "boss", "--by", "甲"), ["boss：没有这个角色", "无此人：没有这位"]),
        (("end", "无此人", "--by", "甲"), ["无此人：没有这位"]),
    ],
)  # fmt: skip
def test_a_command_that_makes_no_sense_names_everything_and_does_nothing(
    stage: Stage, arguments: tuple[str, ...], said: list[str]
) -> None:
    done = run(stage, "official", *arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert [one for one in said if one not in done.stderr] == []
    assert "Traceback" not in done.stderr
    assert json.loads(run(stage, "official", "list", "--json").stdout) == []
