"""Webhooks against a real receiver: told if and only if it happened, signed, again until it is taken, at least once."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.certificates import Authority, sealed_server
from tests.desk import Desk
from tests.objectors import form, lodge_by_api, notice_on
from tests.receiver import Receiver, receiving
from tests.stage import ClockInHand, Stage, environment, make_service
from voting_service.errors import ProblemsFound
from voting_service.webhooks.addresses import target_of
from voting_service.webhooks.deliveries import latest_deliveries
from voting_service.webhooks.endpoints import (
    MadeEndpoint,
    WantedEndpoint,
    end_endpoint,
    endpoint_by_id,
    make_endpoint,
    pause_endpoint,
    resume_endpoint,
    send_again,
    send_test,
)
from voting_service.webhooks.kinds import FAULT_WORDS, KINDS
from voting_service.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookTry
from voting_service.webhooks.outbox import announce
from voting_service.webhooks.posting import Outcome, post
from voting_service.webhooks.schedule import MOST_TRIES

ROOT = Path(__file__).parents[2]
INSIDE = {"webhooks_inside": "127.0.0.1"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def held(tmp_path: Path, redis_url: str, database_url: str) -> Iterator[Stage]:
    """On each database, with a clock in hand; this machine is an inner system that may be reached."""
    stage = Stage(
        make_service(
            tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=ClockInHand(), **INSIDE
        )
    )
    yield stage
    stage.strike()


def listening(stage: Stage, receiver: Receiver, *kinds: str, slug: str = "") -> int:
    """The receiver is told from now on; gives the endpoint."""
    receiver.now = lambda: stage.service.clock.now().timestamp()
    desk = Desk(stage, f"管理员{os.urandom(4).hex()}", "admin")
    with stage.service.database.write() as session:
        made: MadeEndpoint = make_endpoint(
            session, stage.service.keyring, WantedEndpoint("示例系统", receiver.url, slug, kinds or KINDS),
            inside=stage.service.settings.inner_hosts, at=stage.service.clock.now(), official=desk.official,
        )  # fmt: skip
    receiver.secret = made.secret
    return made.id


def happen(stage: Stage, kind: Any = "list.final", slug: str = "test", **data: Any) -> None:
    with stage.service.database.write() as session:
        announce(session, kind, slug, data, at=stage.service.clock.now())


def tick(stage: Stage, **step: float) -> None:
    stage.service.clock.tick(timedelta(**step))  # type: ignore[attr-defined]


def act(stage: Stage, number: int, what: Any) -> None:
    with stage.service.database.write() as session:
        what(session, endpoint_by_id(session, number), at=stage.service.clock.now(), actor="测试")


def states(stage: Stage) -> list[tuple[str, int]]:
    with stage.service.database.read() as session:
        rows = session.execute(
            select(WebhookDelivery.state, WebhookDelivery.tries).order_by(WebhookDelivery.id)
        )
        return [(row.state, row.tries) for row in rows]


def faults(stage: Stage) -> list[str | None]:
    with stage.service.database.read() as session:
        return list(session.scalars(select(WebhookTry.fault).order_by(WebhookTry.id)))


def test_what_happens_is_told_signed_and_once(held: Stage, receiver: Receiver) -> None:
    listening(held, receiver)
    happen(held, "tally.certified", counted=3)
    sender = held.service.sender()
    assert (sender.turn(), sender.turn()) == (1, 0)
    (message,) = receiver.taken.values()
    assert (message["type"], message["data"]) == ("tally.certified", {"campaign": "test", "counted": 3})
    assert receiver.seen[0]["headers"]["content-type"] == "application/json; charset=utf-8"
    assert (states(held), faults(held)) == ([("delivered", 1)], [None])


def test_what_is_rolled_back_is_not_told(held: Stage, receiver: Receiver) -> None:
    listening(held, receiver)
    with pytest.raises(RuntimeError), held.service.database.write() as session:
        announce(session, "list.final", "test", {}, at=held.service.clock.now())
        raise RuntimeError
    assert held.service.sender().turn() == 0
    assert receiver.seen == []


def test_each_is_told_of_its_campaign_and_its_kinds(held: Stage, receiver: Receiver) -> None:
    listening(held, receiver, "list.final", slug="test")
    happen(held, "list.final", "test")
    happen(held, "list.final", "other")
    happen(held, "tally.certified", "test")
    held.service.sender().turn()
    assert [message["type"] for message in receiver.taken.values()] == ["list.final"]


def test_one_that_fails_twice_is_told_again_with_the_same_id(held: Stage, receiver: Receiver) -> None:
    listening(held, receiver)
    receiver.answers = [500, 503]
    happen(held)
    sender = held.service.sender()
    assert (sender.turn(), states(held)) == (1, [("waiting", 1)])
    assert sender.turn() == 0  # not before its time
    tick(held, seconds=6)
    assert (sender.turn(), states(held)) == (1, [("waiting", 2)])
    tick(held, minutes=6)
    assert (sender.turn(), states(held)) == (1, [("delivered", 3)])
    assert len(set(receiver.ids)) == 1
    assert len(receiver.ids) == 3
    assert len(receiver.taken) == 1
    # Signed anew each time, over the same bytes: none of them is too old when it comes.
    assert len({one["headers"]["webhook-timestamp"] for one in receiver.seen}) == 3
    assert len({one["body"] for one in receiver.seen}) == 1
    assert faults(held) == ["bad_answer", "bad_answer", None]


def test_a_replay_is_refused_by_the_receiver(held: Stage, receiver: Receiver) -> None:
    listening(held, receiver)
    happen(held)
    held.service.sender().turn()
    sent, target = receiver.seen[0], target_of(receiver.url)
    assert target is not None
    headers = {name: sent["headers"][name] for name in sent["headers"] if name.startswith("webhook-")}
    again = post(target, headers, sent["body"], inside=("127.0.0.1",))
    assert again == Outcome(None, 204)  # within the window its id tells
    assert len(receiver.taken) == 1
    tick(held, minutes=6)
    assert post(target, headers, sent["body"], inside=("127.0.0.1",)) == Outcome("bad_answer", 401)
    forged = {**headers, "webhook-timestamp": str(int(held.service.clock.now().timestamp()))}
    assert post(target, forged, sent["body"], inside=("127.0.0.1",)) == Outcome("bad_answer", 401)


def test_it_is_given_up_after_three_days_and_can_be_sent_again(held: Stage, receiver: Receiver) -> None:
    number = listening(held, receiver)
    receiver.answers = [500] * MOST_TRIES
    happen(held)
    sender, began = held.service.sender(), held.service.clock.now()
    while states(held)[0][0] == "waiting":
        sender.turn()
        tick(held, hours=1)
    assert (states(held), len(receiver.seen)) == ([("given_up", MOST_TRIES)], MOST_TRIES)
    assert timedelta(days=3) < held.service.clock.now() - began < timedelta(days=5)
    with held.service.database.write() as session:
        delivery = session.scalars(select(WebhookDelivery)).one()
        send_again(session, delivery, at=held.service.clock.now(), actor="测试")
    sender.turn()
    assert (states(held), len(set(receiver.ids))) == ([("delivered", 1)], 1)
    with held.service.database.read() as session:
        (line,) = latest_deliveries(session, endpoint_by_id(session, number))
    assert [one.fault for one in line.tries] == [None] + ["bad_answer"] * MOST_TRIES


def test_pausing_keeps_and_ending_drops_what_waits(held: Stage, receiver: Receiver) -> None:
    number = listening(held, receiver)
    act(held, number, pause_endpoint)
    happen(held)
    sender = held.service.sender()
    assert sender.turn() == 0
    with pytest.raises(ProblemsFound, match="暂停"):
        act(held, number, send_test)
    act(held, number, resume_endpoint)
    assert sender.turn() == 1
    happen(held)
    act(held, number, end_endpoint)
    assert (sender.turn(), states(held)) == (0, [("delivered", 1), ("given_up", 0)])
    happen(held)
    assert len(states(held)) == 2
    with pytest.raises(ProblemsFound, match="停用"):
        act(held, number, send_test)


def test_a_receiver_that_is_gone_is_paused(held: Stage, receiver: Receiver) -> None:
    number = listening(held, receiver)
    receiver.answers = [410]
    happen(held)
    held.service.sender().turn()
    with held.service.database.read() as session:
        assert endpoint_by_id(session, number).paused_at is not None
    assert faults(held) == ["gone"]


def test_no_redirect_is_followed(held: Stage, receiver: Receiver) -> None:
    with receiving() as elsewhere:
        listening(held, receiver)
        receiver.answers, receiver.headers = [307], {"Location": elsewhere.url}
        happen(held)
        held.service.sender().turn()
        assert elsewhere.seen == []
    assert faults(held) == ["redirected"]


def test_one_that_does_not_answer_keeps_no_other_waiting(held: Stage, receiver: Receiver) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = Receiver(f"http://127.0.0.1:{closed.getsockname()[1]}/")
    listening(held, away)
    listening(held, receiver)
    for _n in range(3):
        happen(held)
    # Each that is away is tried once in a turn.
    assert held.service.sender().turn() == 4
    assert len(receiver.taken) == 3
    assert faults(held).count("unreachable") == 1


def test_two_senders_at_once_send_each_message_once(held: Stage, receiver: Receiver) -> None:
    listening(held, receiver)
    for number in range(12):
        happen(held, n=number)
    threads = [threading.Thread(target=held.service.sender().turn) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receiver.ids) == sorted(receiver.taken)
    assert len(receiver.taken) == 12


def test_what_is_not_named_by_the_operator_is_not_reached(
    tmp_path: Path, redis_url: str, receiver: Receiver
) -> None:
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url))
    with pytest.raises(ProblemsFound) as found:
        listening(stage, receiver)
    assert [problem.where for problem in found.value.problems] == ["url"]
    # Named when it was made, and not any more: it is asked for again at each connection.
    stage.strike()
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, **INSIDE))
    listening(stage, receiver)
    stage.strike()
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url))
    happen(stage)
    stage.service.sender().turn()
    assert (receiver.seen, faults(stage)) == ([], ["refused_address"])
    stage.strike()


def test_a_receiver_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from voting_service.webhooks import posting

    monkeypatch.setattr(posting, "DEADLINE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            stream, _peer = server.accept()
            with stream:
                try:
                    while True:
                        stream.sendall(b"H")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        target = target_of(f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert target is not None
        assert post(target, {}, b"{}", inside=("127.0.0.1",)).fault in ("too_slow", "unreachable")
        thread.join(timeout=30)
        assert not thread.is_alive()


def test_a_certificate_is_checked_by_the_name_though_the_number_was_dialled(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = authority.sign(datetime.now(UTC) + timedelta(days=30), "oa.example.org")
    believing = ssl.create_default_context(cafile=str(authority.roots))
    with sealed_server(certificate, b"") as (address, _asked):
        port = address.rpartition(":")[2]

        def outcome(host: str, trust: ssl.SSLContext | None) -> Outcome:
            target = target_of(f"https://{host}:{port}/x")
            assert target is not None
            return post(
                target, {}, b"{}", inside=(host,), resolve=lambda _host, _port: ["127.0.0.1"], trust=trust
            )

        assert outcome("oa.example.org", believing) == Outcome("bad_answer", 501)  # it knows no POST
        assert outcome("other.example.org", believing) == Outcome("tls")
        assert outcome("oa.example.org", None) == Outcome("tls")


def test_what_officials_and_citizens_do_is_announced_and_names_nobody(stage: Stage) -> None:
    with stage.service.database.write() as session:
        session.add(
            WebhookEndpoint(key="k", name="x", url="https://x.example/", campaign_slug="", kinds=" ".join(KINDS),
                            secret_sealed=b"", made_at=stage.service.clock.now(), made_by="x")
        )  # fmt: skip
    notice = notice_on(stage)
    number = lodge_by_api(stage.client(), **form()).get_json()["docket_number"]
    with stage.service.database.read() as session:
        bodies = list(session.scalars(select(WebhookEvent.body).order_by(WebhookEvent.id)))
    published, lodged = map(json.loads, bodies)
    assert published["type"] == "notice.published"
    assert published["data"] == {
        "campaign": "test", "notice": 1, "title": notice.title, "path": "/c/test/notices/1",
        "sha256": published["data"]["sha256"],
    }  # fmt: skip
    assert (lodged["type"], lodged["data"]) == ("objection.lodged", {"campaign": "test", "notice": 1})
    assert number not in str(bodies)


def test_a_secret_is_kept_sealed_and_every_fault_has_a_word(held: Stage, receiver: Receiver) -> None:
    number = listening(held, receiver)
    with held.service.database.read() as session:
        kept = session.get_one(WebhookEndpoint, number)
        assert receiver.secret.encode() not in kept.secret_sealed
        assert receiver.secret not in str(vars(kept))
    source = (ROOT / "voting_service/webhooks/posting.py").read_text() + (
        ROOT / "voting_service/webhooks/sender.py"
    ).read_text()
    assert {fault for fault in FAULT_WORDS if f'"{fault}"' in source} == set(FAULT_WORDS) - {"ended"}


KILLED = """
import sys
from tests.stage import make_service
from pathlib import Path
service = make_service(Path(sys.argv[1]), redis_url=sys.argv[2], database_url=sys.argv[3], webhooks_inside="127.0.0.1")
print("ready", flush=True)
service.sender().turn()
"""


def test_a_sender_that_is_killed_between_sending_and_writing_it_down_sends_it_again(
    tmp_path: Path, redis_url: str, database_url: str, receiver: Receiver
) -> None:
    clock = ClockInHand()
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=clock, **INSIDE)
    )
    listening(stage, receiver)
    happen(stage)
    receiver.hold.clear()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "data"), redis_url, database_url],
        cwd=ROOT, env={**os.environ, **environment(tmp_path / "data")},
    )  # fmt: skip
    assert receiver.came.wait(timeout=120)
    process.send_signal(signal.SIGKILL)
    process.wait()
    receiver.hold.set()
    assert states(stage) == [("waiting", 1)]
    sender = stage.service.sender()
    assert sender.turn() == 0  # another may still be at it
    clock.tick(timedelta(minutes=3))
    assert (sender.turn(), states(stage)) == (1, [("delivered", 2)])
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert len(receiver.taken) == 1
    with stage.service.database.read() as session:
        assert len(session.scalars(select(WebhookEvent)).all()) == 1
    stage.strike()
