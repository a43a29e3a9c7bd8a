"""Tracking codes, sessions, forms, receipts and the keyring: what is signed holds, what is changed does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from voting_service.ballots.ballot_form import BallotForms
from voting_service.ballots.ballot_id import new_ballot_id, parse_tracking_code, tracking_code
from voting_service.ballots.receipt import sign_receipt, statement
from voting_service.encryption import (
    CIPHERS,
    SM4GCM,
    CipherName,
    Keyring,
    SealBroken,
    SealedWith,
    derive,
    sealed_with,
)
from voting_service.transparency.notes import SigningKey
from voting_service.web.sessions import VoterSession, VoterSessions

NOW = datetime(2026, 4, 7, 9, tzinfo=UTC)
SESSIONS = VoterSessions(bytes(32))
FORMS = BallotForms(bytes(32), 7200)


def test_ballot_ids_are_distinct_and_read_back_as_people_type_them() -> None:
    ids = {new_ballot_id() for _ in range(1000)}
    assert len(ids) == 1000
    for ballot_id in list(ids)[:50]:
        code = tracking_code(ballot_id)
        typed = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
        assert parse_tracking_code(code) == parse_tracking_code(typed) == ballot_id


@pytest.mark.parametrize(
    "typed", ["", "7QK2", "7QK2-M3XD-9ABC-DEFU", "7QK2-M3XD-9ABC-DEFGH", "选票", "7QK2M3XD9ABCDEF\n\n"]
)
def test_what_cannot_be_a_tracking_code(typed: str) -> None:
    assert parse_tracking_code(typed) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers(text: str) -> None:
    parse_tracking_code(text)
    assert SESSIONS.from_cookie(text) is None
    assert SESSIONS.from_header(f"voter={text}") is None
    assert FORMS.read(text, "slug", VoterSession("device", "x" * 22)) is None


def test_a_session_is_its_own_and_nobody_elses() -> None:
    session = SESSIONS.new("device")
    cookie = SESSIONS.to_cookie(session)
    assert SESSIONS.from_cookie(cookie) == session
    assert SESSIONS.from_header(f"other=1; voter={cookie}; voter2=x") == session
    assert VoterSessions(b"k" * 32).from_cookie(cookie) is None
    assert SESSIONS.from_cookie(cookie.replace("device", "wechat")) is None
    assert SESSIONS.from_cookie(cookie[:-1] + ("A" if cookie[-1] != "A" else "B")) is None


def test_a_form_is_bound_to_campaign_session_and_time() -> None:
    one, two = SESSIONS.new("device"), SESSIONS.new("device")
    text, form = FORMS.issue("slug", one, NOW)
    assert FORMS.read(text, "slug", one) == form
    assert form.expires_at == NOW + timedelta(hours=2)
    assert FORMS.read(text, "other", one) is None
    assert FORMS.read(text, "slug", two) is None
    ballot_id, expires, issued, came, mac = text.split(".")
    assert FORMS.read(f"{ballot_id}.{int(expires) + 1}.{issued}.{came}.{mac}", "slug", one) is None
    assert one.subject not in text


def test_a_receipt_is_the_same_each_time_and_never_a_checkpoint() -> None:
    key = SigningKey.generate("vote.example.org/log/test")
    first = sign_receipt(key, "7QK2M3XD9ABCDEFG", 1_775_552_400_123, (3, 7))
    assert sign_receipt(key, "7QK2M3XD9ABCDEFG", 1_775_552_400_123, (3, 7)) == first
    text = statement(key.name, "7QK2M3XD9ABCDEFG", 1_775_552_400_123, (3, 7))
    assert text == "vote.example.org/log/test/receipt\n7QK2M3XD9ABCDEFG\n2026-04-07T09:00:00.123Z\n3,7\n"
    key.verifier.verify_signature(text, first.signature)
    with pytest.raises(ValueError, match="wrong"):
        key.verifier.verify_signature(text.replace("3,7", "3,8"), first.signature)


@pytest.mark.parametrize("cipher", CIPHERS)
def test_what_is_sealed_opens_in_its_place_alone(cipher: CipherName) -> None:
    keyring = Keyring.parse(Keyring.generate(), cipher)
    sealed = keyring.seal(b"secret", "logs.signing_key.a")
    assert keyring.open(sealed, "logs.signing_key.a") == b"secret"
    assert sealed_with(sealed) == keyring.newest == SealedWith(cipher, 1)
    assert b"secret" not in sealed
    for place, value in (
        ("logs.signing_key.b", sealed),
        ("logs.signing_key.a", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        ("logs.signing_key.a", bytes([3 - sealed[0]]) + sealed[1:]),
        *(("logs.signing_key.a", sealed[:cut]) for cut in (0, 1, 2, 3, 9, 14, 20, 29)),
        ("a", b""),
    ):
        with pytest.raises(SealBroken):
            keyring.open(value, place)


def test_sm4_gcm_is_that_of_rfc_8998() -> None:
    # Appendix A.1.
    cipher = SM4GCM(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    nonce = bytes.fromhex("00001234567800000000ABCD")
    associated = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = b"".join(bytes([byte]) * 8 for byte in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15"
        "A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert cipher.encrypt(nonce, plain, associated) == sealed
    assert cipher.decrypt(nonce, sealed, associated) == plain
    with pytest.raises(InvalidTag):
        cipher.decrypt(nonce, sealed, associated[:-1])


@given(st.binary(max_size=200), st.text(max_size=20))
def test_either_cipher_opens_what_the_other_sealed(plain: bytes, place: str) -> None:
    keys = {1: bytes(range(32)), 2: bytes(32)}
    keyrings = [Keyring(keys, cipher) for cipher in CIPHERS]
    for one in keyrings:
        for other in keyrings:
            assert other.open(one.seal(plain, place), place) == plain


def test_two_keys_of_one_number_are_refused() -> None:
    with pytest.raises(ValueError, match="编号相同"):
        Keyring.parse(f"{Keyring.generate()},{Keyring.generate()}")


def test_old_keys_still_open_and_the_newest_seals() -> None:
    old = Keyring.generate()
    sealed = Keyring.parse(old).seal(b"x", "p")
    both = Keyring.parse(f"{old},2:{Keyring.generate()[2:]}")
    assert both.open(sealed, "p") == b"x"
    assert both.seal(b"x", "p")[1] == 2
    with pytest.raises(SealBroken):
        Keyring.parse(old).open(both.seal(b"x", "p"), "p")


@pytest.mark.parametrize(
    "text", ["", "x", "1:short", "0:" + "A" * 43 + "=", "1:" + "A" * 20, "300:" + "A" * 43 + "="]
)
def test_keys_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="密钥"):
        Keyring.parse(text)


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert derive("secret", "a") != derive("secret", "b")
    assert len(derive("secret", "a")) == 32
