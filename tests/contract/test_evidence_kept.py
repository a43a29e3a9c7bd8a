"""Evidence goes with every ballot, sealed: the keyring opens it in its place, and nothing else of ours says where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.actors import IPHONE, Voter
from tests.handset import at_once
from tests.live import wait_until
from tests.oracle import check_books
from tests.solving import solution_of
from tests.stage import CALM, Stage, make_service
from voting_service.database import Database
from voting_service.evidence.models import BallotEvidence, ViewBatch
from voting_service.evidence.record import Evidence, unseal
from voting_service.evidence.views import MOST_WAITING, PageView, ViewBook, opened
from voting_service.ledger import LedgerEntry
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.transparency.models import LogLeaf

ADDRESS = "203.0.113.77"
AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Unmistakable-9) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36"
)
TELLING = (
    ADDRESS.encode(),
    b"203.0.113",
    b"Unmistakable",
    b"webdriver",
    b"AppleWebKit",
    b"poster-at-the-gate",
)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Stage]:
    """A service whose Redis and database are all of its own making."""
    with EmbeddedRedis(tmp_path / "redis") as server:
        stage = Stage(make_service(tmp_path / "data", redis_url=server.url))
        yield stage
        stage.strike()


def ballot(voter: Voter, form: str, **more: Any) -> Any:
    return voter.client.post(
        f"/api/v1/campaigns/{voter.slug}/ballots", json={"form": form, "choices": [2], **more},
        headers={"User-Agent": AGENT}, environ_overrides={"REMOTE_ADDR": ADDRESS},
    )  # fmt: skip


def evidence(stage: Stage) -> dict[str, Evidence | None]:
    """What is known of each recorded ballot, by its id."""
    with stage.service.database.read() as session:
        rows = session.execute(
            select(LedgerEntry.ballot_id, BallotEvidence.sealed).join(
                BallotEvidence,
                (BallotEvidence.seq == LedgerEntry.seq)
                & (BallotEvidence.campaign_id == LedgerEntry.campaign_id),
            )
        ).all()
    return {ballot_id: unseal(stage.service.keyring, "test", ballot_id, sealed) for ballot_id, sealed in rows}


def cast_from_the_gate(stage: Stage) -> str:
    """One ballot with much to tell: a poster, a driven browser, a challenge. Gives its id."""
    voter = stage.voter()
    page = voter.client.get(
        "/c/test?q=poster-at-the-gate",
        headers={"User-Agent": AGENT},
        environ_overrides={"REMOTE_ADDR": ADDRESS},
    )
    found = re.search(r'name="form" value="([^"]+)"', page.text)
    assert found is not None
    said = {"page": {"touches": 6, "traits": ["webdriver"]}}
    asked = ballot(voter, found[1], **said).get_json()["challenge"]
    done = ballot(voter, found[1], **said, challenge=solution_of(asked))
    assert done.status_code == 201
    return str(done.get_json()["receipt"]["ballot_id"])


def test_every_recorded_ballot_has_its_evidence(stage_on: Stage) -> None:
    stage = stage_on
    stage.campaign(
        policy=CALM | {"actions": {}, "challenge_bits": 8, "most_challenge_bits": 9}, ballots_per_day=2
    )
    ballot_id = cast_from_the_gate(stage)
    plain = stage.voter()
    for choices in ([1], [3]):
        assert plain.vote(choices).status_code == 201
    stage.record()
    found = evidence(stage)
    assert len(found) == check_books(stage).ledger == 3
    seen = found[ballot_id]
    assert seen is not None
    assert (seen.address, seen.user_agent, seen.touches, seen.traits) == (ADDRESS, AGENT, 6, ("webdriver",))
    assert (seen.entry, seen.qr_site, seen.challenge_bits, seen.reasons) == (
        "qr",
        "poster-at-the-gate",
        9,
        ("automation",),
    )
    assert seen.dwell_ms is not None
    assert seen.challenge_ms is not None
    assert 0 <= seen.challenge_ms <= seen.dwell_ms
    assert len(seen.own_token) == 12
    with stage.service.database.read() as session:
        before = (
            session.execute(select(BallotEvidence.voted_before).order_by(BallotEvidence.seq)).scalars().all()
        )
        sealed = session.execute(select(BallotEvidence.sealed).order_by(BallotEvidence.seq)).scalars().all()
    assert before == [False, False, True]
    assert [unseal(stage.service.keyring, "test", ballot_id, one) is not None for one in sealed] == [
        True,
        False,
        False,
    ]
    assert unseal(stage.service.keyring, "other", ballot_id, sealed[0]) is None


def test_nothing_in_the_clear_says_where_a_ballot_came_from(own: Stage, tmp_path: Path) -> None:
    """Byte for byte: Redis's own file and every key and value in it, the database's files, the log's entries."""
    own.campaign(policy=CALM | {"actions": {}, "challenge_bits": 8, "most_challenge_bits": 9})
    ballot_id = cast_from_the_gate(own)
    client = own.service.redis_client
    held: list[str] = []
    for key in client.keys("*"):
        kind = client.type(key)
        value = {"hash": client.hgetall, "stream": client.xrange, "string": client.get}[kind](key)
        held.append(f"{key} {value}")
    assert any(ballot_id in one for one in held), "the ballot itself is there"
    own.record()
    wait_until(lambda: bool(_batches(own)), "the views are written")
    with own.service.database.read() as session:
        held += [leaf.decode() for leaf in session.scalars(select(LogLeaf.entry))]
    files = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert any(ballot_id.encode() in data and file.suffix == ".aof" for file, data in files.items())
    assert any(ballot_id.encode() in data and "sqlite3" in file.name for file, data in files.items())
    everything = [*(one.encode() for one in held), *files.values()]
    assert [telling for telling in TELLING if any(telling in one for one in everything)] == []
    # Nor as a digest that one could look up by trying every address.
    names = [key for key in client.keys("*") if ":try:" in key and ":device:" not in key]
    assert {len(name.rsplit(":", 1)[1]) for name in names} <= {2, 3, 4}


def test_a_ballot_whose_key_is_gone_is_one_of_which_nothing_is_known(stage: Stage) -> None:
    stage.campaign()
    stage.voter().vote([1])
    stage.record()
    with stage.service.database.write() as session:
        session.execute(BallotEvidence.__table__.update().values(sealed=b"\x01\x02" + bytes(40)))  # type: ignore[attr-defined]
    assert list(evidence(stage).values()) == [None]
    assert check_books(stage).ledger == 1


# ---- page views


def _batches(stage: Stage) -> list[ViewBatch]:
    with stage.service.database.read() as session:
        return list(session.scalars(select(ViewBatch).order_by(ViewBatch.id)))


def views(stage: Stage) -> list[PageView]:
    """Every view that is written."""
    return [
        view
        for row in _batches(stage)
        for view in opened(stage.service.keyring, "test", row.batch, row.sealed)
    ]


def look(stage: Stage, client: Any, query: str = "") -> str:
    """Open the page; gives the voter's own share token."""
    page = client.get(
        "/c/test" + query, headers={"User-Agent": IPHONE}, environ_overrides={"REMOTE_ADDR": ADDRESS}
    )
    found = re.search(r'"share": "([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_views_are_written_by_the_books_own_thread_and_own_links_are_no_way_here(stage: Stage) -> None:
    stage.campaign()
    first, second = stage.client(), stage.client()
    token = look(stage, first)
    assert look(stage, first, f"?s={token}") == token, "reloading the page with one's own link in the address"
    look(stage, second, f"?s={token}")
    look(stage, stage.client(), "?q=hall")
    look(stage, stage.client(), "?entry=menu")
    wait_until(lambda: len(views(stage)) == 5, "the thread has written all")
    assert [(view.entry, view.share_token, view.qr_site) for view in views(stage)] == [
        ("direct", "", ""), ("direct", "", ""), ("share", token.split(".")[0], ""), ("qr", "", "hall"), ("menu", "", ""),
    ]  # fmt: skip
    seen = views(stage)
    assert {view.address for view in seen} == {ADDRESS}
    assert seen[0].voter_tag == seen[1].voter_tag != seen[2].voter_tag


def view(number: int = 0) -> PageView:
    return PageView(1_775_552_400_000 + number, "tag", "browser", ADDRESS, "direct", "", "")


def book_on(stage: Stage, url: str) -> ViewBook:
    """A book whose thread a test does not wait for."""
    book = ViewBook(Database(url), stage.service.keyring, stage.service.clock)
    book._start = lambda: None  # type: ignore[method-assign]
    return book


def test_a_database_that_is_away_keeps_views_waiting(stage: Stage, tmp_path: Path) -> None:
    stage.campaign()
    book = book_on(stage, f"sqlite:///{tmp_path}/nowhere/none.sqlite3")
    for number in range(3):
        book.note("test", lambda number=number: view(number))  # type: ignore[misc]
    assert book.flush() == 0
    assert book.flush() == 0
    book._database = stage.service.database
    assert book.flush() == 3
    assert [one.viewed_ms % 10 for one in views(stage)] == [0, 1, 2]
    assert book.flush() == 0, "written once"
    assert len(views(stage)) == 3


def test_no_storm_and_no_outage_fills_the_memory(stage: Stage, tmp_path: Path) -> None:
    stage.campaign()
    book = book_on(stage, f"sqlite:///{tmp_path}/nowhere/none.sqlite3")
    for number in range(MOST_WAITING + 7):
        book.note("test", lambda number=number: view(number))  # type: ignore[misc]
    assert len(book._waiting) == MOST_WAITING
    real = book._write

    def meanwhile_more_come(*arguments: Any) -> None:
        for number in range(50):
            book.note("test", lambda number=number: view(number))  # type: ignore[misc]
        real(*arguments)

    book._write = meanwhile_more_come  # type: ignore[method-assign]
    for _turn in range(3):
        assert book.flush() == 0
        assert len(book._waiting) == MOST_WAITING
    book._write = real  # type: ignore[method-assign]
    book._database = stage.service.database
    assert book.flush() == MOST_WAITING
    (row,) = _batches(stage)
    assert (row.views, row.dropped) == (MOST_WAITING, 7 + 3 * 50)


def test_a_campaign_that_is_gone_ends_no_thread(stage: Stage) -> None:
    stage.campaign()
    book = book_on(stage, stage.service.settings.sql_url)
    book.note("never-was", view)
    book.note("test", view)
    book.flush()
    assert len(views(stage)) == 1
    assert book.flush() == 0


def test_whoever_closes_the_book_may_meet_its_thread_at_it(stage: Stage) -> None:
    stage.campaign()
    book = book_on(stage, stage.service.settings.sql_url)
    for number in range(4000):
        book.note("test", lambda number=number: view(number))  # type: ignore[misc]
    assert sum(at_once([book.flush] * 4)) == 4000
    assert len(views(stage)) == 4000
