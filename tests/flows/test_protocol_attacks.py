"""Every protocol attack of the catalogue against a running service under the policy that it has by default. Whatever is
tried, the ledger afterwards holds what the rules allow and not one ballot more."""

from __future__ import annotations

import base64
import itertools
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select

from anti_fraud.policy import DEFAULT
from tests.handset import Answer, Handset, at_once
from tests.live import LiveService, live_stage, wait_until
from tests.oracle import check_books
from tests.solving import solution_of
from voting_service.ballots.ballot_form import BallotForms
from voting_service.campaigns.models import Campaign
from voting_service.ledger import LedgerEntry
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.web.sessions import VoterSessions

A_HAND_S = DEFAULT.min_dwell_ms / 1000 + 0.1
"""What a hand needs at least between the page and the ballot."""
FREE = DEFAULT.new_devices_per_hour
HEADLESS = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36"


_NUMBERS = itertools.count(1)


@pytest.fixture
def campaign(live: LiveService) -> str:
    """A campaign of this test's own, so that its budgets are its own; everyone may vote as often as they like."""
    return live.stage.campaign(f"attacked-{next(_NUMBERS)}", policy={}, ballots_per_day=None)


def recorded(live: LiveService, slug: str) -> int:
    """How many ballots the ledger holds, once the recorder has every one; box, ledger and log agree."""
    stage = live.stage

    def in_ledger() -> int:
        with stage.service.database.read() as session:
            return (
                session.scalar(
                    select(func.count())
                    .select_from(LedgerEntry)
                    .where(LedgerEntry.campaign_id == _id(live, slug))
                )
                or 0
            )

    state = stage.service.box.state(slug)
    assert state is not None
    wait_until(lambda: in_ledger() >= state.seq, f"{state.seq} ballots of {slug} are recorded")
    wait_until(lambda: check_books(stage, slug).ledger == state.seq, "the log has them")
    return state.seq


def _id(live: LiveService, slug: str) -> int:
    with live.stage.service.database.read() as session:
        return session.scalars(select(Campaign.id).where(Campaign.slug == slug)).one()


def statuses(answers: list[Answer]) -> dict[int, int]:
    """How many answers of each status."""
    found = [answer.status for answer in answers]
    return {status: found.count(status) for status in sorted(set(found))}


# ---- replay and races


def test_one_request_sent_again_and_again_is_one_ballot(live: LiveService, campaign: str) -> None:
    phone = Handset(live.url, campaign)
    form = phone.page_form()
    time.sleep(A_HAND_S)
    answers = at_once([lambda: phone.post(form, [1, 2])] * 32)
    assert statuses(answers) == {200: 31, 201: 1}
    assert len({json.dumps(answer.json["receipt"]) for answer in answers}) == 1
    later = at_once([lambda: phone.post(form, [3])] * 8)
    assert {json.dumps(answer.json["receipt"]["choices"]) for answer in later} == {"[1, 2]"}
    assert recorded(live, campaign) == 1


def test_a_solved_challenge_sent_again_and_again_is_one_ballot(live: LiveService, campaign: str) -> None:
    phone = Handset(live.url, campaign, user_agent="curl/8.5.0")
    form = phone.form()
    challenge = phone.post(form).json["challenge"]
    solved = {"challenge": solution_of(challenge)}
    answers = at_once([lambda: phone.post(form, [1], solved)] * 32)
    assert statuses(answers) == {200: 31, 201: 1}
    others = [phone.form() for _ in range(8)]
    assert statuses(at_once([lambda one=one: phone.post(one, [1], solved) for one in others])) == {428: 8}
    assert recorded(live, campaign) == 1


def test_many_forms_of_one_voter_at_once_are_as_many_ballots_as_the_rules_allow(live: LiveService) -> None:
    slug = live.stage.campaign("three-a-day", policy={}, ballots_per_day=3)
    phone = Handset(live.url, slug)
    phone.page_form()
    forms = [phone.form() for _ in range(20)]
    time.sleep(A_HAND_S)
    answers = at_once([lambda one=one: phone.post(one) for one in forms])
    assert statuses(answers) == {201: 3, 409: 17}
    assert recorded(live, slug) == 3


# ---- forms


def test_no_part_of_a_form_can_be_altered(live: LiveService, campaign: str) -> None:
    phone = Handset(live.url, campaign)
    form = phone.page_form()
    ballot_id, expires, issued, came, mac = form.split(".")
    later, earlier = str(int(expires) + 3_600_000), str(int(issued) - 60_000)
    other_id = "0" * 16 if ballot_id != "0" * 16 else "1" * 16
    forged: list[object] = [
        ".".join(parts)
        for parts in (
            (other_id, expires, issued, came, mac), (ballot_id, later, issued, came, mac),
            (ballot_id, expires, earlier, came, mac), (ballot_id, expires, issued, "m", mac),
            (ballot_id, expires, issued, "q~gate", mac), (ballot_id, expires, issued, came, mac[::-1]),
            (ballot_id, expires, issued, came, "A" * 22), (ballot_id, expires, issued, came),
            (ballot_id, expires, issued, came, mac, mac), (ballot_id, "9" * 13, "0" * 13, came, mac),
        )
    ]  # fmt: skip
    forged += [
        form.lower(),
        form[:-1],
        form + "A",
        " " + form,
        form + "\n",
        "",
        None,
        7,
        [form],
        {"form": form},
    ]
    time.sleep(A_HAND_S)
    assert {(answer.status, answer.code) for answer in (phone.post(one) for one in forged)} == {
        (400, "bad_form")
    }
    assert phone.post(form).status == 201, "the form itself was good"
    assert recorded(live, campaign) == 1


def test_a_form_of_another_voter_or_campaign_is_none(live: LiveService, campaign: str) -> None:
    other_campaign = live.stage.campaign("the-other-one", policy={}, ballots_per_day=None)
    victim, thief, elsewhere = (Handset(live.url, slug) for slug in (campaign, campaign, other_campaign))
    form = victim.page_form()
    thief.page_form()
    foreign = elsewhere.page_form()
    elsewhere.slug = campaign
    time.sleep(A_HAND_S)
    assert thief.post(form).code == "bad_form"
    assert elsewhere.post(foreign).code == "bad_form"
    assert Handset(live.url, campaign).post(form).code == "no_voter"
    assert (
        Handset(live.url, campaign, cookies={"voter": thief.cookies["voter"][:-2] + "AA"}).post(form).code
        == "no_voter"
    )
    assert (recorded(live, campaign), recorded(live, other_campaign)) == (0, 0)


def test_only_the_servers_clock_counts(live: LiveService) -> None:
    slug = live.stage.campaign("clock", policy={"min_dwell_ms": 60_000}, ballots_per_day=None)
    service, now = live.stage.service, datetime.now(UTC)
    forms = BallotForms(service.key("ballot form"), 7200)
    sessions = VoterSessions(service.key("voter session"))
    session = sessions.new("device")
    phone = Handset(live.url, slug, cookies={"voter": sessions.to_cookie(session)})
    expired, _form = forms.issue(slug, session, now - timedelta(hours=2, seconds=1))
    assert phone.post(expired).code == "bad_form"
    # Only a server whose clock is ahead could have signed it: it is no older for that.
    ahead, _form = forms.issue(slug, session, now + timedelta(minutes=5))
    assert phone.post(ahead).code == "challenge_required"
    quick = phone.form()
    claims = {
        "page": {"touches": 4, "dwell_ms": 90_000, "dwell_s": 90},
        "cast_at": "2020-01-01T00:00:00.000Z",
        "dwell_ms": 90_000,
    }
    answer = phone.post(quick, [1], claims, Date="Wed, 01 Jan 2020 00:00:00 GMT")
    assert answer.code == "challenge_required"
    assert recorded(live, slug) == 0
    claims["challenge"] = solution_of(answer.json["challenge"])
    cast_at = phone.post(quick, [1], claims, Date="Wed, 01 Jan 2020 00:00:00 GMT").json["receipt"]["cast_at"]
    assert cast_at >= now.isoformat()[:19]
    assert recorded(live, slug) == 1


# ---- other sites


def test_another_site_can_have_nobody_vote(live: LiveService, campaign: str) -> None:
    phone = Handset(live.url, campaign)
    form = phone.page_form()
    body = json.dumps({"form": form, "choices": [1]}).encode()
    time.sleep(A_HAND_S)
    address = f"/api/v1/campaigns/{campaign}/ballots"
    for headers in (
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": "http://["},
        {"Origin": live.url + ".evil.example"}, {"Origin": live.url, "Sec_Fetch_Site": "cross-site"},
    ):  # fmt: skip
        for kind in (
            "application/json",
            "text/plain",
            "text/plain;charset=UTF-8",
            "multipart/form-data; boundary=x",
        ):
            answer = phone.ask("POST", address, body, Content_Type=kind, **headers)
            assert (answer.status, answer.code) in ((403, "forbidden"), (429, "too_many_attempts")), headers
        assert phone.submit(form, **headers).status in (403, 429), headers
    # What a browser really sends from elsewhere: no cookie, for it is Lax.
    assert Handset(live.url, campaign).submit(form, Origin="https://evil.example").status == 401
    assert recorded(live, campaign) == 0


def test_another_site_can_read_no_form(live: LiveService, campaign: str) -> None:
    phone = Handset(live.url, campaign)
    phone.page_form()
    for path in ("ballot-form", "ballots"):
        asked = phone.ask(
            "OPTIONS", f"/api/v1/campaigns/{campaign}/{path}", Origin="https://evil.example", Access_Control_Request_Method="POST",
        )  # fmt: skip
        assert "Access-Control-Allow-Origin" not in asked.headers
    form = phone.ask("GET", f"/api/v1/campaigns/{campaign}/ballot-form", Origin="https://evil.example")
    assert "Access-Control-Allow-Origin" not in form.headers
    page = phone.ask("GET", f"/c/{campaign}")
    assert (
        page.headers["X-Frame-Options"],
        "frame-ancestors 'none'" in page.headers["Content-Security-Policy"],
    ) == ("DENY", True)


def test_our_own_pages_may(live: LiveService, campaign: str) -> None:
    for send in (
        lambda phone, form: phone.post(form, Origin=live.url, Sec_Fetch_Site="same-origin"),
        lambda phone, form: phone.submit(form, Origin=live.url, Sec_Fetch_Site="same-origin"),
        lambda phone, form: phone.submit(form),
    ):
        phone = Handset(live.url, campaign)
        form = phone.page_form()
        time.sleep(A_HAND_S)
        assert send(phone, form).status in (201, 303)
    assert recorded(live, campaign) == 3


# ---- receipts


def holds(key: str, statement: str, signature: str) -> bool:
    """Whether a statement is signed by a log's key, found out with nothing of the service's own."""
    name, key_hash, public = key.split("+", 2)
    assert statement.startswith(name + "/receipt\n")
    raw = base64.b64decode(signature)
    assert raw[:4].hex() == key_hash
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)[1:]).verify(raw[4:], statement.encode())
    except InvalidSignature:
        return False
    return True


def test_no_receipt_can_be_made_up(live: LiveService, campaign: str) -> None:
    receipts = []
    for choices in ([1, 2], [3]):
        phone = Handset(live.url, campaign)
        form = phone.page_form()
        time.sleep(A_HAND_S)
        receipts.append(phone.post(form, choices).json["receipt"])
    assert recorded(live, campaign) == 2
    reader = Handset(live.url, campaign)
    wait_until(
        lambda: (
            reader.ask("GET", f"/api/v1/receipts/{receipts[0]['tracking_code']}").json["stage"] == "published"
        ),
        "the receipt",
    )
    one, two = (
        reader.ask("GET", f"/api/v1/receipts/{receipt['tracking_code']}").json for receipt in receipts
    )
    key = reader.ask("GET", f"/log/{campaign}/key").body.decode().strip()
    assert key == one["verifier_key"]
    assert one["signature"] == receipts[0]["signature"]
    assert holds(key, one["statement"], one["signature"])
    assert holds(key, two["statement"], two["signature"])
    assert one["statement"].splitlines()[1:] == [one["ballot_id"], one["cast_at"], "1,2"]
    raw = bytearray(base64.b64decode(one["signature"]))
    raw[20] ^= 1
    for forged, signature in (
        (one["statement"].replace("1,2", "1,3"), one["signature"]),
        (one["statement"].replace(one["ballot_id"], two["ballot_id"]), one["signature"]),
        (one["statement"].replace(one["cast_at"], two["cast_at"]), one["signature"]),
        (two["statement"], one["signature"]),
        (one["statement"], base64.b64encode(raw).decode()),
    ):
        assert not holds(key, forged, signature)
    for code in (
        "0000-0000-0000-0000",
        one["tracking_code"][:-1],
        one["tracking_code"][:-4] + two["tracking_code"][-4:],
    ):
        assert reader.ask("GET", f"/api/v1/receipts/{code}").status == 404


# ---- many voices of one machine


def fresh_voters(live: LiveService, slug: str, count: int, **given: object) -> list[tuple[Handset, str]]:
    """So many new cookies with a form each, old enough for a hand."""
    voters = [Handset(live.url, slug, **given) for _ in range(count)]  # type: ignore[arg-type]
    forms = [voter.page_form() for voter in voters]
    time.sleep(A_HAND_S)
    return list(zip(voters, forms, strict=True))


def test_whoever_clears_cookies_and_does_not_work_gets_the_budget_and_no_more(
    live: LiveService, campaign: str
) -> None:
    answers = [voter.post(form) for voter, form in fresh_voters(live, campaign, 2 * FREE)]
    assert [answer.status for answer in answers] == [201] * FREE + [428] * FREE
    assert recorded(live, campaign) == FREE
    # Garbage in place of work is no work.
    voter, form = fresh_voters(live, campaign, 1)[0]
    challenge = voter.post(form).json["challenge"]
    for solutions in ([0] * 16, [], None, [2**53] * 16, ["0"] * 16):
        assert (
            voter.post(form, [1], {"challenge": {"id": challenge["id"], "solutions": solutions}}).status
            == 428
        )
    assert recorded(live, campaign) == FREE


def test_whoever_clears_cookies_and_works_pays_more_and_more(live: LiveService, campaign: str) -> None:
    for voter, form in fresh_voters(live, campaign, FREE):
        assert voter.post(form).status == 201
    # Challenges for later are collected while they are easy.
    hoard = [
        (voter, form, voter.post(form).json["challenge"]) for voter, form in fresh_voters(live, campaign, 2)
    ]
    asked = [voter.cast(form)[1] for voter, form in fresh_voters(live, campaign, FREE + 2)]
    assert asked == [[12]] * FREE + [[13]] * 2
    live.stage.service.redis_client.set(_counter(live, campaign, "new:"), FREE * 8)
    for voter, form, easy in hoard:
        answer = voter.post(form, [1], {"challenge": solution_of(easy)})
        assert (easy["bits"], answer.status, answer.json["challenge"]["bits"]) == (12, 428, 15)
    assert recorded(live, campaign) == 2 * FREE + 2


def _counter(live: LiveService, slug: str, kind: str) -> str:
    (name,) = live.stage.service.redis_client.keys(f"box:{{{slug}}}:try:{kind}*")
    return str(name)


def test_another_browsers_name_for_each_ballot_does_not_escape_the_addresss_budget(
    live: LiveService, campaign: str
) -> None:
    voters = fresh_voters(live, campaign, DEFAULT.address_ballots_per_minute + 20)
    begun = time.monotonic()
    for number, (voter, _form) in enumerate(voters):
        voter.user_agent = f"Mozilla/5.0 (Linux; Android 14; Model {number}) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36"
    answers = [voter.post(form) for voter, form in voters]
    minutes = 1 + int((time.monotonic() - begun) / 60)
    accepted = statuses(answers)[201]
    assert FREE <= accepted <= DEFAULT.address_ballots_per_minute * minutes
    assert recorded(live, campaign) == accepted


@pytest.fixture(scope="module", params=[0, 1, 2], ids="{}-proxies".format)
def behind(
    request: pytest.FixtureRequest, own_redis: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveService, int]]:
    """A service that trusts so many proxies."""
    data_dir = tmp_path_factory.mktemp("behind") / "data"
    stage = live_stage(data_dir, own_redis.url, trusted_proxies=request.param)
    with LiveService(stage) as service:
        yield service, request.param
    stage.strike()


def test_an_address_cannot_be_made_up(behind: tuple[LiveService, int]) -> None:
    """Each proxy adds the address that it sees, so what the client made up stands to the left of them."""
    live, proxies = behind
    slug = live.stage.campaign(f"behind-{proxies}", policy={}, ballots_per_day=None)
    added = ["203.0.113.7", "10.0.0.2"][:proxies]
    voters = fresh_voters(live, slug, FREE + 15)
    for number, (voter, _form) in enumerate(voters):
        voter.headers["X-Forwarded-For"] = ", ".join([f"198.51.100.{number}", f"192.0.2.{number}", *added])
        voter.headers |= {"X-Real-IP": f"198.51.100.{number}", "Forwarded": f"for=198.51.100.{number}"}
    answers = [voter.post(form) for voter, form in voters]
    assert [answer.status for answer in answers] == [201] * FREE + [428] * 15
    assert recorded(live, slug) == FREE
    if proxies:
        neighbour, form = fresh_voters(live, slug, 1)[0]
        neighbour.headers["X-Forwarded-For"] = ", ".join(["203.0.114.8", *added[1:]])
        assert neighbour.post(form).status == 201, "another address has a budget of its own"


def test_an_openid_that_a_client_sends_is_nobody(live: LiveService) -> None:
    slug = live.stage.campaign("openid", policy={}, ballots_per_day=1)
    phone = Handset(live.url, slug)
    forms = [phone.form() for _ in range(10)]
    time.sleep(A_HAND_S)
    answers = []
    for number, form in enumerate(forms):
        openid = f"oABCD{number:023d}"
        phone.cookies |= {"openid": openid, "wx_openid": openid}
        headers = {"X_WX_OPENID": openid, "openid": openid, "Authorization": f"Bearer {openid}"}
        answers.append(
            phone.post(form, [1], {"openid": openid, "voter": openid, "identity": "wechat"}, **headers)
        )
    assert statuses(answers) == {201: 1, 409: 9}
    for cookie in (
        "wechat.oABCD00000000000000000001." + "A" * 22,
        "oABCD00000000000000000001",
        "device." + "x" * 22,
    ):
        stranger = Handset(live.url, slug, cookies={"voter": cookie})
        assert stranger.post(forms[0]).code == "no_voter"
    assert recorded(live, slug) == 1


@pytest.mark.parametrize(
    ("agent", "traits", "bits"),
    [
        (HEADLESS, [], 13),
        ("python-requests/2.32.3", [], 13),
        ("", [], 13),
        (None, ["webdriver"], 14),
        (HEADLESS, ["webdriver"], 14),
    ],
)
def test_a_driven_browser_works_before_it_votes(
    live: LiveService, campaign: str, agent: str | None, traits: list[str], bits: int
) -> None:
    phone = Handset(live.url, campaign)
    form = phone.page_form()
    phone.user_agent = phone.user_agent if agent is None else agent
    time.sleep(A_HAND_S)
    page = {"page": {"touches": 4, "traits": traits}}
    answer = phone.post(form, [1], page)
    assert (answer.status, answer.json["challenge"]["bits"]) == (428, bits)
    assert recorded(live, campaign) == 0
    assert phone.post(form, [1], page | {"challenge": solution_of(answer.json["challenge"])}).status == 201
    assert recorded(live, campaign) == 1


def test_nobody_who_never_touched_the_page_votes_for_nothing(live: LiveService, campaign: str) -> None:
    phone, form = fresh_voters(live, campaign, 1)[0]
    assert phone.post(form, [1], {"page": {"touches": 0}}).code == "challenge_required"
    assert recorded(live, campaign) == 0


def test_a_made_up_share_link_is_asked_for_work(live: LiveService, campaign: str) -> None:
    place = live.stage.service.door.tokens
    good = place.text(campaign, place.of_voter(campaign, "device:somebody", None))
    borrowed = place.text("the-other-campaign", place.of_voter("the-other-campaign", "device:somebody", None))
    status = {}
    for name, token in {
        "good": good,
        "cut": good[:-3],
        "borrowed": borrowed,
        "made up": "a.b.c",
        "altered": "B" + good[1:],
    }.items():
        phone = Handset(live.url, campaign)
        form = phone.page_form(f"?s={token}")
        time.sleep(A_HAND_S)
        status[name] = phone.post(form).status
    assert status == {"good": 201, "cut": 428, "borrowed": 428, "made up": 428, "altered": 428}
    assert recorded(live, campaign) == 1


def test_bodies_that_are_none_end_in_no_error_of_ours(live: LiveService, campaign: str) -> None:
    phone = Handset(live.url, campaign)
    form = phone.page_form()
    address = f"/api/v1/campaigns/{campaign}/ballots"
    time.sleep(A_HAND_S)
    for body in (
        b"", b"{", b"null", b"[" * 30_000, b'{"form":"' + b"A" * 60_000 + b'"}', b"\xff\xfe", b'{"form":1e999}',
        json.dumps({"form": form, "choices": [10**4000]}).encode(), json.dumps({"form": form, "choices": [1.0]}).encode(),
        json.dumps({"form": form, "choices": [True]}).encode(), json.dumps({"form": form, "choices": "1"}).encode(),
        json.dumps({"form": form, "choices": [1, 1]}).encode(), json.dumps({"form": form, "choices": [-1]}).encode(),
        json.dumps({"form": form, "choices": list(range(1, 600))}).encode(),
    ):  # fmt: skip
        assert phone.ask("POST", address, body, Content_Type="application/json").status in (400, 413, 422), (
            body[:40]
        )
    assert recorded(live, campaign) == 0
    strange = {
        "page": {"touches": -5, "traits": ["\ud800", "\x00", {"a": 1}, "x" * 10_000]},
        "challenge": {"id": "\ud800", "solutions": [[]]},
    }
    assert phone.post(form, [1], strange).code == "challenge_required"
    assert phone.post(form, [1], {"page": {"traits": ["\ud800"], "touches": 3}}).status == 201
    assert recorded(live, campaign) == 1
