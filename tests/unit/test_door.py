"""What the door makes of a request: origin, handling, tags that many share, and evidence that opens for its ballot alone."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anti_fraud.challenge import Challenges
from anti_fraud.checks import all_checks
from anti_fraud.gate import Gate
from anti_fraud.policy import DEFAULT, Kiosk
from anti_fraud.share_tokens import ShareTokens
from tests.actors import IPHONE
from voting_service.ballots.ballot_form import BallotForm
from voting_service.ballots.door import Door, Knock, browser_name, origin_of, page_facts
from voting_service.ballots.kiosks import Kiosks
from voting_service.encryption import Keyring
from voting_service.evidence.provenance import Provenance
from voting_service.evidence.record import Evidence, from_stream, seal, unseal
from voting_service.web.sessions import VoterSession

BASE = "https://vote.example.org"
NOW = 1_775_552_400_000
SESSION = VoterSession("device", "x" * 22, NOW // 1000 - 60)
FORM = BallotForm("7QK2M3XD9ABCDEFG", NOW + 7_000_000, NOW - 5_000)
KIOSKS = Kiosks(b"kiosk")


def door(network_type: str = "") -> Door:
    gate = Gate(all_checks((30, 60), (6000, 60)))
    return Door(
        gate,
        Challenges(b"c"),
        ShareTokens(b"s"),
        KIOSKS,
        b"address",
        lambda address: network_type if address else "",
    )


@pytest.mark.parametrize(
    ("origin", "site", "host", "said"),
    [
        (None, None, "vote.example.org", "unknown"),
        ("", "", "vote.example.org", "unknown"),
        (None, "same-origin", "vote.example.org", "unknown"),
        ("https://vote.example.org", "same-origin", "vote.example.org", "same"),
        ("http://10.0.0.7:8000", None, "10.0.0.7:8000", "same"),
        ("https://vote.example.org", None, "127.0.0.1:8000", "same"),
        ("https://evil.example", None, "vote.example.org", "foreign"),
        ("https://vote.example.org.evil.example", None, "vote.example.org", "foreign"),
        ("https://evil.example/vote.example.org", None, "vote.example.org", "foreign"),
        ("https://vote.example.org@evil.example", None, "vote.example.org", "foreign"),
        ("https://other.example.org", "same-site", "vote.example.org", "foreign"),
        ("https://vote.example.org", "cross-site", "vote.example.org", "foreign"),
        (None, "cross-site", "vote.example.org", "foreign"),
        (None, "same-site", "vote.example.org", "foreign"),
        ("", "same-site", "vote.example.org", "foreign"),
        ("https://vote.example.org", "same-site", "vote.example.org", "same"),
        ("null", None, "vote.example.org", "foreign"),
        ("http://[", None, "vote.example.org", "foreign"),
        ("\xff", None, "vote.example.org", "foreign"),
    ],
)
def test_where_a_request_says_that_it_comes_from(
    origin: str | None, site: str | None, host: str, said: str
) -> None:
    assert origin_of(origin, site, host, BASE) == said


@given(st.text(max_size=40), st.text(max_size=12), st.text(max_size=20))
def test_no_header_breaks_the_reader(origin: str, site: str, host: str) -> None:
    assert origin_of(origin, site, host, BASE) in ("same", "foreign", "unknown")


@pytest.mark.parametrize(
    ("page", "facts"),
    [
        (None, (None, ())),
        ([], (None, ())),
        ({}, (None, ())),
        ({"touches": 5}, (5, ())),
        ({"touches": 0, "traits": []}, (0, ())),
        ({"touches": -3}, (0, ())),
        ({"touches": 10**40}, (9_999, ())),
        ({"touches": True}, (None, ())),
        ({"touches": 4.0}, (None, ())),
        ({"touches": "4"}, (None, ())),
        ({"traits": ["webdriver", 3, None, "no_touch_screen"]}, (None, ("webdriver", "no_touch_screen"))),
        ({"traits": ["\ud800", "a b", "x" * 25, "", "ok"]}, (None, ("ok",))),
        ({"traits": "webdriver"}, (None, ())),
        ({"traits": ["x"] * 100}, (None, ("x",) * 8)),
    ],
)
def test_what_a_page_says_of_its_handling(page: object, facts: tuple[int | None, tuple[str, ...]]) -> None:
    assert page_facts(page) == facts


def test_an_address_tag_holds_no_more_than_twelve_bits() -> None:
    tags = [door().address_tag("a", f"10.{n >> 8 & 255}.{n & 255}.{n % 254 + 1}") for n in range(20_000)]
    assert {len(tag) for tag in tags} == {3}
    assert set("".join(tags)) <= set("0123456789abcdef")
    assert len(set(tags)) > 4000, "and uses them"
    assert len({door().address_tag("a", f"203.0.113.{n}")[:2] for n in range(256)}) == 1, "one prefix"
    assert len({door().address_tag("a", f"2001:db8:1:{n:x}::1") for n in range(2000)}) <= 16
    assert math.log2(16**3) == 12
    assert {door().address_tag("a", one) for one in ("", "nonsense", "::ffff:1.2.3.4", "1.2.3.4:99")}


def test_a_campaign_does_not_know_anothers_tags() -> None:
    addresses = [f"198.51.{n}.7" for n in range(100)]
    assert [door().address_tag("a", one) for one in addresses] != [
        door().address_tag("b", one) for one in addresses
    ]


def test_the_attempt_is_measured_by_the_server_alone() -> None:
    knock = Knock(
        "203.0.113.9", IPHONE, "same", page={"touches": 7, "traits": ["webdriver"], "dwell_ms": 10**9}
    )
    attempt = door("hosting").attempt("a", "tag", SESSION, FORM, knock, DEFAULT, NOW)
    assert (attempt.dwell_ms, attempt.cookie_age_s, attempt.touches, attempt.traits) == (
        5_000,
        60,
        7,
        ("webdriver",),
    )
    assert (attempt.network_type, attempt.share_forged, attempt.kiosk, attempt.channel) == (
        "hosting",
        False,
        "",
        "browser",
    )
    assert "203.0.113.9" not in repr(attempt)
    early = door().attempt("a", "tag", SESSION, FORM, knock, DEFAULT, FORM.issued_ms - 50)
    assert early.dwell_ms == 0


def test_only_a_kiosk_that_the_policy_names_is_one() -> None:
    hall = replace(DEFAULT, kiosks={"hall0001": Kiosk("大厅", 40)})
    for cookie, policy, kiosk in (
        (KIOSKS.signed("a", "hall0001"), hall, "hall0001"),
        (KIOSKS.signed("a", "hall0001"), DEFAULT, ""),
        (KIOSKS.signed("b", "hall0001"), hall, ""),
        (KIOSKS.signed("a", "hall0002"), hall, ""),
        ("hall0001." + "A" * 22, hall, ""),
        (Kiosks(b"other").signed("a", "hall0001"), hall, ""),
    ):
        knock = Knock("203.0.113.9", IPHONE, cookie_header=f"voter=x; kiosk={cookie}; z=1")
        assert door().attempt("a", "tag", SESSION, FORM, knock, policy, NOW).kiosk == kiosk


def test_a_challenge_comes_with_the_form_where_it_will_be_asked_anyway() -> None:
    honest, script = Knock("203.0.113.9", IPHONE), Knock("203.0.113.9", "curl/8")
    forged = replace(FORM, came=Provenance("share", forged=True))
    assert door().ask_early(DEFAULT, FORM, honest, NOW) is None
    for knock, form, network, bits in (
        (script, FORM, "", 13), (honest, forged, "", 12), (honest, FORM, "hosting", 14), (script, forged, "hosting", 14),
    ):  # fmt: skip
        asked = door(network).ask_early(DEFAULT, form, knock, NOW)
        assert asked is not None
        assert asked.bits == bits


# ---- evidence

texts = st.text(max_size=20)
evidence = st.builds(
    Evidence, address=texts, user_agent=texts, dwell_ms=st.none() | st.integers(0), touches=st.none() | st.integers(0),
    traits=st.lists(texts, max_size=3).map(tuple), challenge_ms=st.none() | st.integers(0), challenge_bits=st.integers(0, 20),
    entry=texts, share_token=texts, cookie_age_s=st.none() | st.integers(0), kiosk=texts,
    reasons=st.lists(texts, max_size=3).map(tuple),
)  # fmt: skip
KEYRING = Keyring.parse("1:" + "A" * 43 + "=")


@given(evidence)
def test_evidence_opens_for_its_ballot_and_for_no_other(seen: Evidence) -> None:
    sealed = from_stream(seal(KEYRING, "a", "7QK2M3XD9ABCDEFG", seen))
    assert sealed is not None
    assert unseal(KEYRING, "a", "7QK2M3XD9ABCDEFG", sealed) == seen
    assert unseal(KEYRING, "a", "7QK2M3XD9ABCDEFH", sealed) is None
    assert unseal(KEYRING, "b", "7QK2M3XD9ABCDEFG", sealed) is None
    assert unseal(Keyring.parse("1:" + "B" * 43 + "="), "a", "7QK2M3XD9ABCDEFG", sealed) is None
    assert unseal(KEYRING, "a", "7QK2M3XD9ABCDEFG", sealed[:-1] + bytes([sealed[-1] ^ 1])) is None


def test_a_ballot_without_evidence_has_none() -> None:
    assert from_stream("") is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Mozilla/5.0 (iPhone)", "Mozilla/5.0 (iPhone)"),
        ("=cmd|' /C calc'!A0", "cmd|' /C calc'!A0"),
        ("+-@=Mozilla", "Mozilla"),
        ("Mo\x00zil\tla\x85", "Mozilla"),
        ("x" * 1000, "x" * 400),
        ("", ""),
    ],
)
def test_a_user_agent_is_kept_so_that_no_spreadsheet_runs_it(sent: str, kept: str) -> None:
    assert browser_name(sent) == kept
