"""The register, invitations, sessions and wrong entries, on real stores: what ends what, and who can be locked out by whom."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select, update

from tests.stage import ClockInHand, Stage, make_service
from voting_service.accounts import passphrase
from voting_service.accounts.holding_off import PER_ACCOUNT_AND_ADDRESS, PER_ADDRESS, PER_KNOWN_BROWSER
from voting_service.accounts.invitations import LIFETIME, invite, invited
from voting_service.accounts.models import Official, OfficialSession
from voting_service.accounts.officials import EVERYWHERE, ActingOfficial
from voting_service.accounts.register import acting, add_official, change_roles, end_official, list_officials
from voting_service.accounts.sessions import (
    IDLE,
    LONGEST,
    begin_session,
    end_session,
    end_sessions_of,
    find_session,
    is_stale,
    official_of,
    touch_session,
)
from voting_service.accounts.signing_in import Entry, NotSignedIn, SignedIn
from voting_service.activity import JournalEntry
from voting_service.errors import NotFound, ProblemsFound, Unavailable
from voting_service.redis_server.embedded import EmbeddedRedis

NOON = datetime(2026, 4, 16, 12, 30, tzinfo=UTC)
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
SECRET = "矿灯照着我们回家的路"
WRONG = "织机一直响到天亮的夜"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hash costs is the affair of ``test_passphrases``; here there are hundreds."""
    monkeypatch.setattr(passphrase, "_COST", (10, 8, 1))


@pytest.fixture
def office_on(tmp_path: Path, redis_url: str, database_url: str) -> Iterator[Stage]:
    """The same on each database."""
    clock = ClockInHand(NOON)
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=clock)
    )
    yield stage
    stage.strike()


@pytest.fixture
def office(tmp_path: Path, redis_url: str) -> Iterator[Stage]:
    """In an hour that does not end while a test is at it."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand(NOON)))
    yield stage
    stage.strike()


def add(stage: Stage, name: str, *roles: str) -> int:
    """One with roles everywhere; gives the id."""
    with stage.service.database.write() as session:
        return add_official(session, name, [(role, EVERYWHERE) for role in roles], at=NOON, actor="test").id  # type: ignore[misc]


def link(stage: Stage, name: str, at: datetime = NOON) -> str:
    """A fresh invitation's secret."""
    with stage.service.database.write() as session:
        return invite(session, name, at=at, actor="test")


def employ(stage: Stage, name: str, typed: str = SECRET) -> SignedIn:
    """One who has taken up an invitation."""
    add(stage, name, "handler")
    outcome = stage.service.reception.accept_invitation(link(stage, name), typed, typed)
    assert isinstance(outcome, SignedIn)
    return outcome


def whose(stage: Stage, secret: str, now: datetime = NOON) -> str | None:
    """Whose session it is."""
    with stage.service.database.read() as session:
        official = official_of(session, secret, now=now)
    return official.name if official else None


def knock(stage: Stage, name: str, typed: str, address: str = HOME, known: str = "") -> str:
    """Try to sign in; gives ``in`` or the refusal's code."""
    outcome = stage.service.reception.sign_in(Entry(name, typed, address, known))
    return outcome.code if isinstance(outcome, NotSignedIn) else "in"


def refused(act: Callable[[], object]) -> list[str]:
    """What is wrong, each in a line."""
    with pytest.raises(ProblemsFound) as caught:
        act()
    return [str(problem) for problem in caught.value.problems]


# ---- the register


def test_nobody_can_be_taken_for_another(office_on: Stage) -> None:
    add(office_on, "王敏", "handler")
    for same in ("王敏", " 王 敏 ", "王\u200b敏"):
        assert "已经有一位" in refused(lambda same=same: add(office_on, same))[0]
    assert add(office_on, "王敏（法律部）")


def test_what_is_wrong_with_a_new_one_is_said_at_once(office_on: Stage) -> None:
    with office_on.service.database.write() as session:
        lines = refused(lambda: add_official(session, "  ", [], at=NOON, actor=" "))
    assert ["--by" in lines[0], "姓名" in lines[1], len(lines)] == [True, True, 2]
    for name in ("甲" * 41, "甲\n乙", "\u200b"):
        assert "姓名" in refused(lambda name=name: add(office_on, name))[0]


def test_a_supervisor_has_no_other_role_where_they_supervise(office_on: Stage) -> None:
    clash = "纪检监督员不能在同一评选中兼任其他角色。"
    lines = refused(lambda: add(office_on, "王敏", "supervisor", "committee"))
    assert [line.split(" ")[0] for line in lines] == [f"committee@*：{clash}", f"supervisor@*：{clash}"]
    add(office_on, "王敏", "handler")
    with office_on.service.database.write() as session:

        def change(give: list[tuple[str, str]], take: list[tuple[str, str]] = []) -> None:  # noqa: B006
            change_roles(session, "王敏", give=give, take=take, at=NOON, actor="管理员")  # type: ignore[arg-type]

        for where in ("test", EVERYWHERE):
            assert clash in refused(lambda where=where: change([("supervisor", where)]))[0]
        change([("supervisor", "test"), ("operator", "other")], [("handler", EVERYWHERE)])
        for role in ("operator", "committee", "handler", "admin"):
            assert clash in refused(lambda role=role: change([(role, "test")]))[0]
            assert clash in refused(lambda role=role: change([(role, EVERYWHERE)]))[0]
        change([("committee", "other")])


def test_whoever_supervises_does_nothing_else_whatever_was_given_to_them() -> None:
    """As rows from before the rule may have it."""
    both = ActingOfficial(
        1, "王敏", frozenset({("supervisor", "test"), ("committee", EVERYWHERE), ("admin", EVERYWHERE)})
    )
    assert [both.may("test", role) for role in ("committee", "admin", "supervisor")] == [False, False, True]
    assert both.may("test", "committee", "supervisor")
    assert [both.may("other", role) for role in ("committee", "supervisor")] == [True, False]


def test_roles_are_given_and_taken_in_one_go_and_journaled(office_on: Stage) -> None:
    number = add(office_on, "王敏", "handler", "operator")
    with office_on.service.database.write() as session:
        change_roles(
            session,
            "王 敏",
            give=[("committee", "test")],
            take=[("handler", EVERYWHERE)],
            at=NOON,
            actor="管理员",
        )
    with office_on.service.database.read() as session:
        official = acting(session, number)
        journal = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    assert official == ActingOfficial(number, "王敏", frozenset({("operator", ""), ("committee", "test")}))
    assert [official.may("test", "committee"), official.may("other", "committee"), official.may("x", "operator")] == [
        True, False, True
    ]  # fmt: skip
    assert [str(name) for name in official.role_names] == ["经办人", "评委"]
    assert (journal[-1].act, journal[-1].actor, journal[-1].details) == (
        "change_roles", "管理员", '{"given": ["committee@test"], "taken": ["handler@*"]}'
    )  # fmt: skip


def test_changes_that_make_no_sense_are_all_named(office_on: Stage) -> None:
    add(office_on, "王敏", "handler")
    with office_on.service.database.write() as session:
        lines = refused(
            lambda: change_roles(
                session, "王敏", give=[("handler", ""), ("admin", "")], take=[("operator", ""), ("admin", "")],
                at=NOON, actor="管理员",
            )
        )  # fmt: skip
        nobody = refused(lambda: change_roles(session, "无此人", give=[("admin", "")], at=NOON, actor=""))
    assert [line.partition("：")[0] for line in lines] == ["admin@*", "handler@*", "operator@*"]
    assert ["--by" in nobody[0], "没有这位" in nobody[1]] == [True, True]


def test_whoever_ends_is_out_at_once_and_keeps_their_name(office_on: Stage) -> None:
    begun = employ(office_on, "王敏")
    secret = link(office_on, "王敏")
    assert whose(office_on, begun.session) == "王敏"
    with office_on.service.database.write() as session:
        end_official(session, "王敏", at=NOON, actor="管理员")
    assert whose(office_on, begun.session) is None
    assert knock(office_on, "王敏", SECRET) == "wrong"
    with office_on.service.database.read() as session:
        with pytest.raises(NotFound):
            invited(session, secret, now=NOON)
        (line,) = list_officials(session, now=NOON)
    assert (line.name, line.ended_at, line.invited_until) == ("王敏", NOON, None)
    assert "已停用" in refused(lambda: add(office_on, "王敏"))[0]
    assert "已经停用" in refused(lambda: link(office_on, "王敏"))[0]


# ---- invitations


def good(stage: Stage, secret: str, now: datetime = NOON) -> bool:
    """Whether a link invites anyone."""
    try:
        with stage.service.database.read() as session:
            invited(session, secret, now=now)
    except NotFound:
        return False
    return True


def test_a_link_is_good_once_and_for_seven_days(office_on: Stage) -> None:
    add(office_on, "王敏")
    secret = link(office_on, "王敏")
    assert good(office_on, secret, NOON + LIFETIME - timedelta(milliseconds=1))
    assert not good(office_on, secret, NOON + LIFETIME)
    assert not good(office_on, "x" * 43)
    assert isinstance(office_on.service.reception.accept_invitation(secret, SECRET, SECRET), SignedIn)
    assert not good(office_on, secret)
    with pytest.raises(NotFound):
        office_on.service.reception.accept_invitation(secret, SECRET, SECRET)


def test_a_new_link_ends_the_earlier_ones_and_its_use_ends_every_session(office: Stage) -> None:
    begun = employ(office, "王敏")
    first, second = link(office, "王敏"), link(office, "王敏")
    assert [good(office, first), good(office, second)] == [False, True]
    assert whose(office, begun.session) == "王敏", "a link that lies in a mailbox ends nothing"
    other = employ(office, "李工")
    outcome = office.service.reception.accept_invitation(second, WRONG, WRONG)
    assert isinstance(outcome, SignedIn)
    assert [whose(office, one) for one in (begun.session, outcome.session, other.session)] == [
        None,
        "王敏",
        "李工",
    ]
    assert [knock(office, "王敏", SECRET), knock(office, "王敏", WRONG)] == ["wrong", "in"]


def test_a_refused_passphrase_uses_up_nothing(office: Stage) -> None:
    add(office, "王敏")
    secret = link(office, "王敏")
    outcome = office.service.reception.accept_invitation(secret, "short", "other")
    assert isinstance(outcome, NotSignedIn)
    assert [one.where for one in outcome.problems] == ["passphrase", "again"]
    assert good(office, secret)
    assert knock(office, "王敏", "short") == "wrong"


# ---- sessions


def test_a_session_ends_by_idleness_by_age_and_by_hand(office_on: Stage) -> None:
    number = add(office_on, "王敏")
    with office_on.service.database.write() as session:
        one, two, three = (begin_session(session, number, at=NOON) for _ in range(3))
    assert whose(office_on, one, NOON + IDLE) == "王敏"
    assert whose(office_on, one, NOON + IDLE + timedelta(seconds=1)) is None
    seen = NOON
    while seen < NOON + LONGEST - IDLE:
        seen += IDLE
        with office_on.service.database.write() as session:
            touch_session(session, one, at=seen)
    assert whose(office_on, one, NOON + LONGEST) == "王敏"
    assert whose(office_on, one, NOON + LONGEST + timedelta(seconds=1)) is None, "however busy it was"
    with office_on.service.database.write() as session:
        end_session(session, two, at=NOON)
        end_session(session, "unknown", at=NOON)
    assert [whose(office_on, two), whose(office_on, three), whose(office_on, "")] == [None, "王敏", None]
    with office_on.service.database.write() as session:
        assert end_sessions_of(session, number, at=NOON) == 2
        touch_session(session, three, at=NOON + timedelta(minutes=5))
    assert whose(office_on, three) is None, "an ended one does not come back by being used"


def test_use_is_written_down_once_a_minute_at_most(office: Stage) -> None:
    clock = office.service.clock
    assert isinstance(clock, ClockInHand)
    begun, client = employ(office, "王敏"), office.client()
    client.set_cookie("desk", begun.session)
    seen = []
    for _page in range(5):
        clock.tick(timedelta(seconds=25))
        assert client.get("/desk").status_code == 200
        with office.service.database.read() as session:
            found = find_session(session, begun.session, now=clock.now())
        assert found is not None
        seen.append((found.seen_at - NOON).seconds)
    assert seen == [0, 0, 75, 75, 75]
    assert is_stale(NOON, NOON + timedelta(minutes=1))


def test_the_database_holds_no_secret_of_anybody(office: Stage) -> None:
    begun = employ(office, "王敏")
    secret = link(office, "王敏")
    files = b"".join(path.read_bytes() for path in office.service.settings.data_dir.rglob("*sqlite3*"))
    assert "王敏".encode() in files
    for one in (begun.session, secret, SECRET, begun.known_browser):
        assert one.encode() not in files


# ---- signing in


def test_a_name_is_read_as_people_type_it_and_the_answer_is_one_for_all(office: Stage) -> None:
    employ(office, "王敏")
    add(office, "新来的")
    assert [knock(office, name, SECRET) for name in ("王敏", " 王 敏")] == ["in", "in"]
    answers = [
        office.service.reception.sign_in(Entry(name, WRONG, HOME)) for name in ("王敏", "新来的", "无此人")
    ]
    assert answers[0] == answers[1] == answers[2]
    slip = office.service.reception.sign_in(Entry(" ", "", HOME))
    assert isinstance(slip, NotSignedIn)
    assert (slip.code, [one.where for one in slip.problems]) == ("slip", ["name", "passphrase"])


def test_an_outdated_hash_is_made_anew_when_it_is_right(office: Stage) -> None:
    employ(office, "王敏")
    salt = b"s" * 16
    digest = hashlib.scrypt(SECRET.encode(), salt=salt, n=1 << 9, r=8, p=1, dklen=32)
    older = "$".join(["scrypt", "9", "8", "1", *(base64.b64encode(one).decode() for one in (salt, digest))])
    with office.service.database.write() as session:
        session.execute(update(Official).values(passphrase_hash=older))
    for typed, expected, scheme in (
        (WRONG, "wrong", "scrypt$9$"),
        (SECRET, "in", "scrypt$10$"),
        (SECRET, "in", "scrypt$10$"),
    ):
        assert knock(office, "王敏", typed) == expected
        with office.service.database.read() as session:
            assert str(session.scalar(select(Official.passphrase_hash))).startswith(scheme)


def test_whoever_guesses_is_held_off_and_locks_out_nobody(office: Stage) -> None:
    known = employ(office, "王敏").known_browser
    employ(office, "李工")
    guesses = [knock(office, "王敏", WRONG) for _ in range(PER_ACCOUNT_AND_ADDRESS + 2)]
    assert guesses == ["wrong"] * PER_ACCOUNT_AND_ADDRESS + ["too_many_attempts"] * 2
    assert knock(office, "王敏", SECRET) == "too_many_attempts", "even with the right one, from there"
    assert knock(office, "王敏", SECRET, ELSEWHERE) == "in", "its owner, from another address"
    assert knock(office, "王敏", SECRET, HOME, known) == "in", "and from the same, in their own browser"
    assert knock(office, "李工", SECRET) == "in", "and a colleague behind the same address"
    clock = office.service.clock
    assert isinstance(clock, ClockInHand)
    clock.tick(timedelta(minutes=30))
    assert knock(office, "王敏", SECRET) == "in", "the next hour"


def test_an_address_that_tries_many_names_is_held_off_but_known_browsers_behind_it_are_not(
    office: Stage,
) -> None:
    known = employ(office, "王敏").known_browser
    assert knock(office, "无此人", WRONG) == "wrong"
    redis = office.service.redis_client
    (wide,) = redis.scan_iter("sign-ins:address:*")
    redis.set(wide, PER_ADDRESS)
    assert knock(office, "王敏", SECRET) == "too_many_attempts"
    assert redis.get(wide) == str(PER_ADDRESS), "what is refused is not counted"
    assert {redis.get(key) for key in redis.scan_iter("sign-ins:account:*")} == {"1", "0"}, (
        "nor counted in part"
    )
    assert knock(office, "王敏", SECRET, HOME, known) == "in"
    assert knock(office, "王敏", SECRET, ELSEWHERE) == "in"


def test_a_known_browser_is_known_for_its_own_account_and_may_not_guess_for_ever(office: Stage) -> None:
    mine, thiefs = employ(office, "王敏").known_browser, employ(office, "小偷").known_browser
    tries = [knock(office, "王敏", WRONG, HOME, mine) for _ in range(PER_KNOWN_BROWSER + 1)]
    assert tries == ["wrong"] * PER_KNOWN_BROWSER + ["too_many_attempts"]
    assert knock(office, "王敏", SECRET) == "in", "which fills no counter but its own"
    forged = mine[:-1] + ("A" if mine[-1] != "A" else "B")
    for cookie in (thiefs, forged, "x", "ü.ü"):
        before = len(list(office.service.redis_client.scan_iter("sign-ins:known:*")))
        assert knock(office, "王敏", WRONG, ELSEWHERE, cookie) == "wrong"
        assert len(list(office.service.redis_client.scan_iter("sign-ins:known:*"))) == before


def test_counters_name_nobody_and_go_by_themselves(office: Stage) -> None:
    employ(office, "王敏")
    for address in (HOME, "2001:db8::1"):
        knock(office, "王敏", WRONG, address)
    redis = office.service.redis_client
    keys = list(redis.scan_iter("sign-ins:*"))
    assert len(keys) == 5
    assert all(0 < redis.ttl(key) <= 7200 for key in keys)
    assert not any(part in key for key in keys for part in ("王敏", HOME, "2001"))


def test_operators_hear_of_a_run_of_wrong_entries_and_of_nobody_in_it(office: Stage) -> None:
    knock(office, "无此人", WRONG)
    redis = office.service.redis_client
    (wrong,) = redis.scan_iter("sign-ins:desk:*:wrong")
    redis.set(wrong, 98)
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            knock(office, "无此人", WRONG)
    assert lines == [{"event": "many_wrong_sign_ins", "log_level": "warning", "within_the_hour": 100}]


def test_without_redis_nobody_signs_in_and_whoever_is_in_goes_on(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as server:
        stage = Stage(make_service(tmp_path / "data", redis_url=server.url, clock=ClockInHand(NOON)))
        begun, client = employ(stage, "王敏"), stage.client()
        client.set_cookie("desk", begun.session)
        server.stop()
        with pytest.raises(Unavailable):
            knock(stage, "王敏", SECRET)
        assert client.get("/desk").status_code == 200
        stage.strike()


def test_signing_in_again_in_one_browser_ends_what_it_had(office: Stage) -> None:
    begun = employ(office, "王敏")
    outcome = office.service.reception.sign_in(Entry("王敏", SECRET, HOME, session=begun.session))
    assert isinstance(outcome, SignedIn)
    assert outcome.session != begun.session
    assert [whose(office, begun.session), whose(office, outcome.session)] == [None, "王敏"]
    with office.service.database.read() as session:
        assert len(session.scalars(select(OfficialSession)).all()) == 2
