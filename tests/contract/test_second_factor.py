"""The second step on real stores: each code once, also at the same time; and who can be kept out by whom."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from tests.contract.test_officials import ELSEWHERE, HOME, NOON, SECRET, WRONG, employ, link, whose
from tests.second_steps import App, enrol
from tests.stage import ClockInHand, Stage, make_service
from voting_service.accounts import passphrase, second_factor, totp
from voting_service.accounts.holding_off import (
    GUESSED_CODES,
    PER_ACCOUNT_AND_ADDRESS,
    PER_KNOWN_BROWSER,
    Whence,
)
from voting_service.accounts.models import Official, RecoveryCode, SecondFactor
from voting_service.accounts.register import acting, find_official
from voting_service.accounts.second_factor import (
    accept_code,
    begin,
    prove,
    state_of,
    turn_off,
    waiting_secret,
)
from voting_service.accounts.signing_in import Entry, HalfWay, NotSignedIn, SignedIn
from voting_service.activity import JournalEntry
from voting_service.encryption import SealBroken
from voting_service.errors import ProblemsFound


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "_COST", (10, 8, 1))


@pytest.fixture
def office_on(tmp_path: Path, redis_url: str, database_url: str) -> Iterator[Stage]:
    """On each database."""
    stage = Stage(
        make_service(
            tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=ClockInHand(NOON)
        )
    )
    yield stage
    stage.strike()


@pytest.fixture
def office(tmp_path: Path, redis_url: str) -> Iterator[Stage]:
    """In an hour that does not end while a test is at it."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand(NOON)))
    yield stage
    stage.strike()


def number_of(stage: Stage, name: str) -> int:
    with stage.service.database.read() as session:
        return session.scalars(select(Official.id).where(Official.name == name)).one()


def with_factor(stage: Stage, name: str = "王敏") -> tuple[SignedIn, App, list[str]]:
    """Somebody who has taken up an invitation and turned the second factor on."""
    begun = employ(stage, name)
    app, codes = enrol(stage, number_of(stage, name))
    return begun, app, codes


def half_way(stage: Stage, name: str = "王敏", address: str = HOME, known: str = "") -> str:
    outcome = stage.service.reception.sign_in(Entry(name, SECRET, address, known))
    assert isinstance(outcome, HalfWay)
    return outcome.cookie


def step_in(stage: Stage, cookie: str, typed: str, address: str = HOME, known: str = "") -> str:
    """Try a code; gives ``in`` or the refusal's code."""
    outcome = stage.service.reception.confirm_code(cookie, typed, Whence(address, known))
    return outcome.code if isinstance(outcome, NotSignedIn) else "in"


def take(stage: Stage, number: int, typed: str) -> str | None:
    with stage.service.database.write() as session:
        return accept_code(session, stage.service.keyring, number, typed, at=stage.service.clock.now())


# ---- codes


def test_it_counts_only_once_a_code_was_right_and_only_for_half_an_hour(office_on: Stage) -> None:
    employ(office_on, "王敏")
    number, service = number_of(office_on, "王敏"), office_on.service
    with service.database.write() as session:
        begin(session, service.keyring, number, at=NOON)
    with service.database.read() as session:
        assert state_of(session, number) == (None, 0)
        secret = waiting_secret(session, service.keyring, number, now=NOON)
        late = waiting_secret(session, service.keyring, number, now=NOON + timedelta(minutes=31))
        official = acting(session, number)
    assert secret is not None
    assert late is None
    assert official is not None
    assert isinstance(service.reception.sign_in(Entry("王敏", SECRET, HOME)), SignedIn), "not on yet"
    app = App(secret)
    with pytest.raises(ProblemsFound), service.database.write() as session:
        prove(session, service.keyring, official, app.wrong(NOON), at=NOON)
    with service.database.write() as session:
        codes = prove(
            session, service.keyring, official, f" {app.code(NOON)[:3]} {app.code(NOON)[3:]}", at=NOON
        )
    with service.database.read() as session:
        assert state_of(session, number) == (NOON, 10)
        assert waiting_secret(session, service.keyring, number, now=NOON) is None, "nobody can read it again"
    assert len(set(codes)) == 10
    with pytest.raises(ProblemsFound), service.database.write() as session:
        begin(session, service.keyring, number, at=NOON)
    assert take(office_on, number, app.code(NOON)) is None, "the code that proved it has been used"


def test_each_code_is_taken_once_also_at_the_same_time(office_on: Stage) -> None:
    _begun, app, codes = with_factor(office_on)
    number = number_of(office_on, "王敏")
    for typed, means in ((app.code(NOON), "app"), (codes[0], "recovery")):
        taken: list[str | None] = []
        start = threading.Barrier(4)

        def race(
            typed: str = typed, taken: list[str | None] = taken, start: threading.Barrier = start
        ) -> None:
            start.wait()
            taken.append(take(office_on, number, typed))

        threads = [threading.Thread(target=race) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(str, taken)) == sorted([means, "None", "None", "None"])
    assert take(office_on, number, app.code(NOON, -1)) is None, "nor an earlier one afterwards"
    assert take(office_on, number, app.code(NOON, 1)) == "app"
    with office_on.service.database.read() as session:
        assert state_of(session, number).codes_left == 9


def test_the_secret_is_sealed_for_its_official_and_codes_are_digests(office: Stage) -> None:
    _begun, app, codes = with_factor(office)
    other = employ(office, "李工")
    assert other
    files = b"".join(path.read_bytes() for path in office.service.settings.data_dir.rglob("*sqlite3*"))
    for one in (
        app.secret,
        totp.typed_key(app.secret).replace(" ", "").encode(),
        *(code.encode() for code in codes),
    ):
        assert one not in files
    with office.service.database.write() as session:
        row = session.get_one(SecondFactor, number_of(office, "王敏"))
        session.add(
            SecondFactor(
                official_id=number_of(office, "李工"),
                secret_sealed=row.secret_sealed,
                made_at=NOON,
                on_since=NOON,
            )
        )
    with pytest.raises(SealBroken):
        take(office, number_of(office, "李工"), app.code(NOON))


def test_turned_off_or_reset_nothing_of_it_is_left_and_its_owner_hears_of_it(office_on: Stage) -> None:
    with_factor(office_on)
    number, service = number_of(office_on, "王敏"), office_on.service
    with service.database.write() as session:
        second_factor.reset(session, find_official(session, "王敏"), at=NOON, actor="钱管理")
    with service.database.read() as session:
        assert (
            session.scalars(select(SecondFactor)).all() == session.scalars(select(RecoveryCode)).all() == []
        )
        row = session.get_one(Official, number)
        acts = session.scalars(select(JournalEntry.act)).all()
        official = acting(session, number)
    assert (row.factor_reset_by, row.factor_reset_at) == ("钱管理", NOON)
    assert "reset_second_factor" in acts
    with pytest.raises(ProblemsFound), service.database.write() as session:
        second_factor.reset(session, find_official(session, "王敏"), at=NOON, actor="钱管理")
    enrol(office_on, number)
    with service.database.read() as session:
        assert session.get_one(Official, number).factor_reset_at is None, "who has a new one has seen it"
    assert official is not None
    with service.database.write() as session:
        turn_off(session, official, at=NOON)
    assert isinstance(service.reception.sign_in(Entry("王敏", SECRET, HOME)), SignedIn)


# ---- the door


def test_half_way_is_no_session_and_the_second_step_makes_a_new_one(office: Stage) -> None:
    begun, app, codes = with_factor(office)
    cookie = half_way(office)
    assert whose(office, cookie) is None
    assert step_in(office, cookie, app.wrong(NOON)) == "wrong"
    assert step_in(office, cookie, "") == "slip"
    outcome = office.service.reception.confirm_code(cookie, app.code(NOON), Whence(HOME), begun.session)
    assert isinstance(outcome, SignedIn)
    assert [whose(office, begun.session), whose(office, outcome.session)] == [None, "王敏"]
    assert step_in(office, cookie, app.code(NOON)) == "wrong", "a code that was seen is good for nobody else"
    assert step_in(office, half_way(office), codes[3].lower()) == "in"
    assert step_in(office, half_way(office), codes[3]) == "wrong"
    with office.service.database.read() as session:
        signed = session.scalars(select(JournalEntry.details).where(JournalEntry.act == "sign_in")).all()
    assert signed == ['{"second_factor": "app"}', '{"second_factor": "recovery"}']
    clock = office.service.clock
    assert isinstance(clock, ClockInHand)
    clock.tick(timedelta(minutes=5))
    assert step_in(office, cookie, app.code(clock.now())) == "late"
    assert step_in(office, "forged", app.code(clock.now())) == "late"


def test_an_invitation_is_no_way_round_it(office: Stage) -> None:
    """Whoever invites somebody again and opens the link themselves has the passphrase then, and not the phone."""
    _begun, app, _codes = with_factor(office)
    outcome = office.service.reception.accept_invitation(link(office, "王敏"), WRONG, WRONG)
    assert isinstance(outcome, HalfWay)
    assert step_in(office, outcome.cookie, app.wrong(NOON)) == "wrong"
    assert step_in(office, outcome.cookie, app.code(NOON)) == "in"


def test_a_changed_passphrase_ends_what_was_half_way(office: Stage) -> None:
    begun, app, _codes = with_factor(office)
    cookie = half_way(office)
    changed = office.service.reception.change_passphrase(
        number_of(office, "王敏"), SECRET, WRONG, WRONG, Whence(HOME, begun.known_browser)
    )
    assert isinstance(changed, SignedIn)
    assert whose(office, begun.session) is None
    assert whose(office, changed.session) == "王敏"
    assert step_in(office, cookie, app.code(NOON)) == "late"


def test_whoever_guesses_codes_is_held_off_and_keeps_the_owner_out_of_nothing(office: Stage) -> None:
    """The attacker has the passphrase, and first one address, then many."""
    begun, app, codes = with_factor(office)
    cookie, wrong = half_way(office, address=ELSEWHERE), app.wrong(NOON)
    tries = [step_in(office, cookie, wrong, ELSEWHERE) for _ in range(PER_ACCOUNT_AND_ADDRESS + 1)]
    assert tries == ["wrong"] * PER_ACCOUNT_AND_ADDRESS + ["too_many_attempts"]
    assert step_in(office, cookie, app.code(NOON), ELSEWHERE) == "too_many_attempts", (
        "even with the right one"
    )
    assert office.service.reception.sign_in(Entry("王敏", SECRET, ELSEWHERE)).code == "too_many_attempts"  # type: ignore[union-attr]
    assert step_in(office, half_way(office), app.code(NOON)) == "in", "the owner, from home, in a new browser"
    spread = [step_in(office, cookie, wrong, f"203.0.113.{host}") for host in range(GUESSED_CODES)]
    assert spread.count("wrong") == GUESSED_CODES - PER_ACCOUNT_AND_ADDRESS
    assert set(spread) == {"wrong", "too_many_attempts"}, "guessing from many addresses comes to an end"
    known = begun.known_browser
    assert step_in(office, half_way(office, known=known), app.code(NOON, 1), HOME, known) == "in", (
        "in their own browser"
    )
    fresh = half_way(office, address="198.51.100.77")
    assert step_in(office, fresh, codes[0], "198.51.100.77") == "in", "and anywhere with a recovery code"


def test_without_the_passphrase_nobody_fills_a_counter_of_codes(office: Stage) -> None:
    _begun, app, _codes = with_factor(office)
    redis = office.service.redis_client
    for host in range(20):
        office.service.reception.sign_in(Entry("王敏", WRONG, f"203.0.113.{host}"))
        assert step_in(office, "forged", "000000", f"203.0.113.{host}") == "late"
    assert list(redis.scan_iter("sign-ins:codes:*")) == []
    assert step_in(office, half_way(office), app.code(NOON)) == "in"


def test_a_known_browser_may_not_guess_codes_for_ever(office: Stage) -> None:
    begun, app, _codes = with_factor(office)
    known, wrong = begun.known_browser, app.wrong(NOON)
    cookie = half_way(office, known=known)
    tries = [step_in(office, cookie, wrong, HOME, known) for _ in range(PER_KNOWN_BROWSER + 1)]
    assert tries == ["wrong"] * PER_KNOWN_BROWSER + ["too_many_attempts"]


def test_operators_hear_of_wrong_codes_and_of_nobody_in_it(office: Stage) -> None:
    _begun, app, _codes = with_factor(office)
    cookie = half_way(office)
    with structlog.testing.capture_logs() as lines:
        for host in range(12):
            step_in(office, cookie, app.wrong(NOON), f"203.0.113.{host}")
    assert lines == [{"event": "many_wrong_codes", "log_level": "warning", "within_the_hour": 10}]


def test_at_ones_own_account_wrong_entries_count_as_at_the_door(office: Stage) -> None:
    begun, app, _codes = with_factor(office)
    number, here = number_of(office, "王敏"), Whence(HOME, begun.known_browser)
    reception = office.service.reception
    assert reception.prove(number, SECRET, here) is None
    assert reception.prove(number, SECRET, here, code=app.code(NOON)) is None
    tries = [
        reception.prove(number, SECRET, here, code=app.wrong(NOON)) for _ in range(PER_KNOWN_BROWSER + 1)
    ]
    assert [one.code for one in tries if one] == ["wrong"] * PER_KNOWN_BROWSER + ["too_many_attempts"]
