"""The desk under attack: fixed sessions, forged forms, parameters that ask for more, names that are programs.

Each of these fails when its guard is taken away.
"""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
from sqlalchemy import select, update
from werkzeug.test import Client

from tests.access_table import routes_of
from tests.desk import Desk
from tests.flows.test_signing_in import SECRET, TOKEN, accept, cookie, invite, send, sign_in
from tests.second_steps import enrol
from tests.stage import Stage
from tests.stored_script import JAVASCRIPT, MARK, PAYLOADS, assert_no_stored_script
from voting_service.accounts import passphrase
from voting_service.accounts.models import Official, OfficialProposal, OfficialRole
from voting_service.accounts.officials import ROLES, Role
from voting_service.accounts.sessions import csrf_of, official_of
from voting_service.campaigns.models import Campaign
from voting_service.candidates.models import Candidate
from wsgi import make_flask, make_polling_place

ACTING: tuple[Role, ...] = tuple(role for role in ROLES if role != "supervisor")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hash costs is the affair of ``test_passphrases``."""
    monkeypatch.setattr(passphrase, "_COST", (10, 8, 1))


def whose(stage: Stage, secret: str) -> str | None:
    with stage.service.database.read() as session:
        found = official_of(session, secret, now=stage.service.clock.now())
    return found.name if found else None


# ---- session fixation


def test_a_planted_session_is_worth_nothing_after_either_step(stage: Stage) -> None:
    """Whoever can plant a cookie knows its value; signing in must not make that value a session."""
    accept(stage.client(), invite(stage))
    with stage.service.database.read() as session:
        number = session.scalars(select(Official.id)).one()
    planted = "p" * 43
    plain = stage.client()
    plain.set_cookie("desk", planted, path="/desk")
    assert sign_in(plain).status_code == 303
    assert cookie(plain).value != planted
    assert whose(stage, planted) is None

    app, _codes = enrol(stage, number)
    attackers = Desk(stage, "攻击者", "handler")
    victim = stage.client()
    victim.set_cookie("desk", attackers.secret, path="/desk")
    victim.delete_cookie("desk", path="/desk")
    assert sign_in(victim).location == "/desk/sign-in/code"
    half = cookie(victim, "desk-half").value
    assert cookie(victim) is None, "half way in is not in"
    assert victim.get("/desk").status_code == 303
    victim.set_cookie("desk", planted, path="/desk")
    code = send(victim, "/desk/sign-in/code", code=app.code(stage.service.clock.now()))
    assert (code.status_code, code.location) == (303, "/desk")
    assert cookie(victim, "desk-half") is None
    assert len({cookie(victim).value, planted, half}) == 3
    assert [whose(stage, planted), whose(stage, half)] == [None, None]
    assert whose(stage, cookie(victim).value) == "王敏"


def test_half_way_opens_no_page_and_no_account(stage: Stage) -> None:
    accept(stage.client(), invite(stage))
    with stage.service.database.read() as session:
        enrol(stage, session.scalars(select(Official.id)).one())
    client = stage.client()
    sign_in(client)
    half = cookie(client, "desk-half").value
    for name in ("desk", "desk-half"):
        client.set_cookie(name, half, path="/desk")
    for path in ("/desk", "/desk/account", "/desk/account/second-factor", "/desk/campaigns"):
        assert client.get(path).status_code == 303
    assert client.post("/desk/account/second-factor/off", data={"csrf": csrf_of(half)}).status_code == 401


# ---- forged forms


def test_every_post_of_the_desk_wants_its_own_form(stage: Stage) -> None:
    """From the app's own routes: whoever has every role, with no form, an empty one, and a colleague's."""
    flask_app = make_flask(stage.service, make_polling_place(stage.service))
    stage.campaign()
    desk, colleague = Desk(stage, "王敏", *ACTING), Desk(stage, "李工", *ACTING)
    client = Client(flask_app)
    client.set_cookie("desk", desk.secret)
    changing = [one for one in routes_of(flask_app) if one.access == "official" and one.method != "GET"]
    assert len(changing) > 20
    for route in changing:
        path = re.sub(r"<(\w+)>", lambda part: "test" if part[1] == "slug" else "1", route.rule)
        for sent in ({}, {"csrf": ""}, {"csrf": csrf_of(colleague.secret)}, {"csrf": desk.secret}):
            answer = client.open(path, method=route.method, data=sent)
            # An address that takes only certain words is no address of ours with any other.
            assert answer.status_code in (403, 404), (route, answer.status)
            assert answer.status_code == 404 or "没有收下" in answer.text, route
    assert client.get("/desk").status_code == 200, "nobody was signed out meanwhile"


def test_the_doors_own_posts_want_the_token_of_this_browser(stage: Stage) -> None:
    accept(stage.client(), path := invite(stage))
    with stage.service.database.read() as session:
        app, _codes = enrol(stage, session.scalars(select(Official.id)).one())
    victim, attacker = stage.client(), stage.client()
    sign_in(victim)
    sign_in(attacker)
    theirs = TOKEN.search(attacker.get("/desk/sign-in/code").text)[1]  # type: ignore[index]
    for_sign_in = TOKEN.search(victim.get("/desk/sign-in").text)[1]  # type: ignore[index]
    code = app.code(stage.service.clock.now())
    for token in (theirs, for_sign_in, "", "ü"):
        answer = victim.post("/desk/sign-in/code", data={"token": token, "code": code})
        assert (answer.status_code, cookie(victim)) == (400, None)
    assert send(victim, "/desk/sign-in/code", code=code).status_code == 303
    assert stage.client().post(path, data={"passphrase": SECRET, "again": SECRET}).status_code in (400, 404)


# ---- parameters that ask for more


@pytest.fixture
def two_campaigns(stage: Stage) -> Stage:
    stage.draft("own")
    stage.draft("other")
    return stage


def roles_in(stage: Stage) -> set[tuple[str, str, str, str]]:
    with stage.service.database.read() as session:
        rows = session.execute(
            select(Official.name, OfficialRole.role, OfficialRole.campaign_slug, OfficialRole.unit).join(
                Official, Official.id == OfficialRole.official_id
            )
        )
        return {tuple(row) for row in rows}  # type: ignore[misc]


def test_an_administrator_of_one_campaign_gives_nothing_beyond_it(two_campaigns: Stage) -> None:
    admin = Desk(two_campaigns, "分管", "admin", slug="own")
    mine = Desk(two_campaigns, "小王", "operator", slug="own").official.id
    foreign = Desk(two_campaigns, "外人", "operator", slug="other").official.id
    of_all = Desk(two_campaigns, "总管", "admin").official.id
    before = roles_in(two_campaigns)
    give = f"/desk/officials/{mine}/roles"
    for slug in ("other", "*", "", "no-such", "own/../other", "OWN"):
        for role in ("admin", "operator"):
            answer = admin.post(give, role=role, slug=slug)
            assert answer.status_code in (404, 422), (role, slug, answer.status)
            added = admin.post("/desk/officials/new", name=f"新{role}{slug}", role=role, slug=slug)
            assert added.status_code in (404, 422), (role, slug, added.status)
    for role in ("root", "", "admin ", "admin@other"):
        assert admin.post(give, role=role, slug="own").status_code == 422
    assert admin.post(give, role="operator", slug="own", unit="没有这个单位").status_code == 422
    assert admin.post(give, role="committee", slug="own", unit="单位1").status_code == 422
    for number in (foreign, of_all, 999_999):
        for act, fields in (
            ("roles", {"role": "operator", "slug": "own"}),
            ("roles/take", {"role": "operator", "slug": "other"}),
            ("invite", {}),
            ("sessions", {}),
            ("end", {"confirmed": "yes"}),
            ("second-factor", {"confirmed": "yes"}),
        ):
            answer = admin.post(f"/desk/officials/{number}/{act}", **fields)
            # Whoever administers everything is seen, as their role holds here too; no more than that.
            expected = (200, 303, 404) if (number, act) == (of_all, "roles") else (404,)
            assert answer.status_code in expected, (number, act, answer.status)
    assert roles_in(two_campaigns) - before <= {("总管", "operator", "own", "")}
    with two_campaigns.service.database.read() as session:
        assert session.scalars(select(Official.ended_at)).all() == [None] * 4
        assert session.scalars(select(OfficialProposal)).all() == []
    assert admin.get(f"/desk/officials/{foreign}").status_code == 404
    assert "外人" not in admin.text("/desk/officials")


def test_who_is_no_administrator_gives_themselves_nothing(two_campaigns: Stage) -> None:
    before_all = roles_in(two_campaigns)
    assert before_all == set()
    for role in ROLES:
        if role == "admin":
            continue
        desk = Desk(two_campaigns, f"{role} 甲", role)
        before = roles_in(two_campaigns)
        for path in (f"/desk/officials/{desk.official.id}/roles", "/desk/officials/new"):
            answer = desk.post(path, role="admin", slug="*", name="新人")
            assert answer.status_code == 403
        assert roles_in(two_campaigns) == before


def test_nobody_confirms_their_own_or_somebody_elses_proposal_by_its_number(two_campaigns: Stage) -> None:
    first, second = Desk(two_campaigns, "总管", "admin"), Desk(two_campaigns, "副总管", "admin")
    other = Desk(two_campaigns, "外管", "admin", slug="other")
    can_sign_in(two_campaigns)
    mine = Desk(two_campaigns, "小王", "operator", slug="own").official.id
    assert first.post(f"/desk/officials/{mine}/roles", role="admin", slug="own").location.endswith(
        "done=proposed"
    )
    with two_campaigns.service.database.read() as session:
        number = session.scalars(select(OfficialProposal.id)).one()
    confirm = f"/desk/officials/proposals/{number}/confirm"
    assert first.post(confirm, confirmed="yes").status_code == 422
    assert other.post(confirm, confirmed="yes").status_code == 404
    assert other.post(f"/desk/officials/proposals/{number}/drop").status_code == 404
    assert second.post(confirm).status_code == 422, "nor without having looked"
    assert ("小王", "admin", "own", "") not in roles_in(two_campaigns)
    assert second.post(confirm, confirmed="yes").status_code == 303
    assert ("小王", "admin", "own", "") in roles_in(two_campaigns)


def can_sign_in(stage: Stage) -> None:
    """As if everyone had taken up their invitation."""
    with stage.service.database.write() as session:
        session.execute(update(Official).values(passphrase_hash="scrypt$10$8$1$AAAA$AAAA"))


def test_a_session_is_ended_by_its_owner_alone(two_campaigns: Stage) -> None:
    mine, theirs = Desk(two_campaigns, "小王", "operator"), Desk(two_campaigns, "小李", "operator")
    keys = re.findall(r'name="session" value="([0-9a-f]+)"', mine.get("/desk/account").text)
    assert keys == [], "this one is ended by signing out"
    named = sha256(theirs.secret.encode()).hexdigest()[:16]
    assert mine.post("/desk/account/sessions/end", session=named).location.endswith("done=gone")
    assert whose(two_campaigns, theirs.secret) == "小李"


# ---- stored script


@pytest.fixture(params=PAYLOADS)
def payload(request: pytest.FixtureRequest) -> str:
    given: str = request.param
    return given


def test_no_name_title_or_unit_is_run_on_any_page_of_accounts(stage: Stage, payload: str) -> None:
    stage.draft("own")
    with stage.service.database.write() as session:
        session.execute(update(Campaign).values(title=payload))
        session.execute(update(Candidate).values(organisation=payload))
    admin, second = Desk(stage, "总管", "admin"), Desk(stage, "副总管", "admin")
    can_sign_in(stage)
    link = admin.post("/desk/officials/new", name=payload, role="operator", slug="own", unit=payload)
    assert link.status_code == 200
    assert_no_stored_script(link.text)
    with stage.service.database.read() as session:
        number = session.scalars(select(Official.id).where(Official.name == payload)).one()
    admin.post(f"/desk/officials/{number}/roles", role="admin", slug="own")
    with stage.service.database.read() as session:
        proposal = session.scalars(select(OfficialProposal.id)).one()
    pages = [
        "/desk/officials", "/desk/officials/new", f"/desk/officials/{number}", f"/desk/officials/{number}/end",
        f"/desk/officials/proposals/{proposal}", "/desk",
    ]  # fmt: skip
    for path in pages:
        page = second.get(path)
        assert page.status_code == 200, (path, page.status)
        assert_no_stored_script(page.text)
    for fields in (
        {"name": payload, "role": payload, "slug": payload, "unit": payload},
        {"name": payload + "\n"},
    ):
        assert_no_stored_script(admin.post("/desk/officials/new", **fields).text)
    path = re.search(r"/desk/invitation/[\w\-]{43}", link.text)
    assert path
    client = stage.client()
    assert_no_stored_script(client.get(path[0]).text)
    assert_no_stored_script(sign_in(client, name=payload, passphrase="不是这一句话").text)
    accept(client, path[0])
    for own in ("/desk", "/desk/account", "/desk/account/second-factor"):
        assert_no_stored_script(client.get(own).text)
    now = stage.service.clock.now()
    app, _codes = enrol(stage, number)
    client.delete_cookie("desk", path="/desk")
    sign_in(client, name=payload)
    assert_no_stored_script(client.get("/desk/sign-in/code").text)
    assert_no_stored_script(send(client, "/desk/sign-in/code", code=payload).text)
    assert app.code(now)


def test_nothing_of_a_user_agent_or_a_way_back_is_run(stage: Stage, payload: str) -> None:
    accept(stage.client(), invite(stage))
    client = stage.client()
    token = TOKEN.search(client.get("/desk/sign-in").text)[1]  # type: ignore[index]
    for wanted in (JAVASCRIPT, payload, "//evil.example"):
        page = client.get("/desk/sign-in", query_string={"next": wanted})
        assert_no_stored_script(page.text, shown=False)
    done = client.post(
        "/desk/sign-in", headers={"User-Agent": payload},
        data={"token": token, "name": "王敏", "passphrase": SECRET, "next": JAVASCRIPT},
    )  # fmt: skip
    assert done.location == "/desk"
    page = client.get("/desk/account").text
    assert MARK not in page, "of what a browser says of itself two words of ours are kept"


def test_the_helper_itself_sees_what_runs() -> None:
    for running in (*PAYLOADS, f'<a href="{JAVASCRIPT}">x</a>', f"<script>var a = '{MARK}'</script>"):
        with pytest.raises(AssertionError):
            assert_no_stored_script(f'<p title="">{running}</p>')
    with pytest.raises(AssertionError, match="not on this page"):
        assert_no_stored_script("<p>nothing</p>")
    assert_no_stored_script(f"<p>&lt;script&gt;{MARK}()&lt;/script&gt;</p>")
    assert_no_stored_script(f'<script type="application/json">"{MARK}"</script>')
