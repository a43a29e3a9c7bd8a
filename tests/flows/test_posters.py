"""Posters and share images over HTTP: who gets which, what a warm one costs, and what a flood of requests takes."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import event

from tests.departures import leaves
from tests.live import wait_until
from tests.posters import scanned
from tests.stage import Stage, rules
from voting_service.ballots.opening import schedule_voting
from voting_service.candidates import showcase
from voting_service.media import press as press_room
from voting_service.media.press import Press, PressBusy


@pytest.fixture
def slug(stage: Stage) -> str:
    return stage.campaign()


def test_a_draft_has_no_poster(stage: Stage) -> None:
    stage.draft("draft")
    client = stage.client()
    for path in (
        "poster",
        "poster.pdf",
        "poster.png",
        "cards",
        "share.png",
        "candidates/1/poster",
        "candidates/1/share.png",
    ):
        assert client.get(f"/c/draft/{path}").status_code == 404


def test_everything_there_is_of_a_campaign(stage: Stage, slug: str) -> None:
    client = stage.client()
    for path in ("", "/candidates/1"):
        page = client.get(f"/c/{slug}{path}/poster")
        assert (page.status_code, page.mimetype) == (200, "text/html")
        assert "Set-Cookie" not in page.headers
        pdf = client.get(f"/c/{slug}{path}/poster.pdf?paper=cards")
        assert (pdf.status_code, pdf.mimetype, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")
        png = client.get(f"/c/{slug}{path}/poster.png?q=gate-1")
        assert png.status_code == 200
        assert scanned(Image.open(io.BytesIO(png.data))) == [f"{base(stage)}/c/{slug}{path}?q=gate-1"]
        share = client.get(f"/c/{slug}{path}/share.png")
        assert (share.mimetype, Image.open(io.BytesIO(share.data)).size) == ("image/png", (1200, 630))
        assert scanned(Image.open(io.BytesIO(share.data))) == [f"{base(stage)}/c/{slug}{path}"]
        for answer in (page, pdf, png, share):
            assert "public" in answer.headers["Cache-Control"]
    assert "桌卡" in client.get(f"/c/{slug}/cards").text


def base(stage: Stage) -> str:
    """The service's address."""
    return stage.service.settings.base_url


def test_who_has_an_answer_gets_it_no_second_time(stage: Stage, slug: str) -> None:
    client = stage.client()
    for path in ("poster", "poster.pdf", "poster.png", "share.png"):
        first = client.get(f"/c/{slug}/{path}")
        again = client.get(f"/c/{slug}/{path}", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_a_warm_picture_costs_no_sql(stage: Stage, slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Once a second one small query asks whether the campaign is still the same; not within this test.
    monkeypatch.setattr(showcase, "FRESH_S", 3600.0)
    client = stage.client()
    paths = [
        f"/c/{slug}/share.png",
        f"/c/{slug}/candidates/2/share.png",
        f"/c/{slug}/poster",
        f"/c/{slug}/poster.png",
    ]
    first = [client.get(path).data for path in paths]
    asked: list[str] = []
    event.listen(
        stage.service.database.engine,
        "before_cursor_execute",
        lambda _c, _x, statement, *_: asked.append(statement),
    )
    assert [client.get(path).data for path in paths] == first
    assert asked == []


def test_what_is_asked_wrongly_is_said(stage: Stage, slug: str) -> None:
    client = stage.client()
    for query, words in (
        ("q=a b", "投放点代号"),
        ("paper=a5", "没有这种纸张"),
        ("q=" + "x" * 25, "投放点代号"),
    ):
        answer = client.get(f"/c/{slug}/poster?{query}")
        assert answer.status_code == 422
        assert words in answer.text
    assert client.get(f"/c/{slug}/candidates/99/poster").status_code == 404
    assert client.get(f"/c/{slug}/candidates/99/share.png").status_code == 404
    assert client.get(f"/c/{slug}/poster.gif").status_code == 404


def test_a_poster_says_what_may_be_done_now(stage: Stage) -> None:
    now = stage.service.clock.now().replace(microsecond=0)
    stage.draft("ahead", with_rules=rules(opens_at=now + timedelta(days=2)))
    with stage.service.database.write() as session:
        schedule_voting(session, "ahead", at=now, actor="test", identities=stage.service.opener.identities)
    stage.campaign("open")
    client = stage.client()
    assert "参与投票" not in client.get("/c/ahead/candidates/1/poster").text
    assert "参与投票" in client.get("/c/open/candidates/1/poster").text


def test_whoever_left_has_no_poster_and_is_on_none(stage: Stage, slug: str) -> None:
    client = stage.client()
    assert "候选人2" in client.get(f"/c/{slug}/poster").text
    mine = client.get(f"/c/{slug}/candidates/2/share.png").data
    leaves(stage, 2, slug=slug)
    fresh = Stage(stage.service).client()
    assert fresh.get(f"/c/{slug}/candidates/2/poster").status_code == 404
    assert fresh.get(f"/c/{slug}/candidates/2/poster.pdf").status_code == 404
    assert "候选人2" not in fresh.get(f"/c/{slug}/poster").text
    instead = fresh.get(f"/c/{slug}/candidates/2/share.png").data
    assert instead == fresh.get(f"/c/{slug}/share.png").data != mine


def test_no_name_from_an_address_gets_onto_a_poster(stage: Stage, slug: str) -> None:
    """Else anybody could have an official-looking poster made that says what they like."""
    text = stage.client().get(f"/c/{slug}/poster?q=BuyMyShoes&site=BuyMyShoes&name=BuyMyShoes").text
    sheet = text[text.index('class="sheet"') :]
    assert "BuyMyShoes" not in sheet


def test_a_flood_of_posters_is_told_to_come_back() -> None:
    """One is made, two wait, the fourth is sent away at once; who waited for the same one gets it without work."""
    begun, go_on = threading.Event(), threading.Event()
    made: list[str] = []
    press = Press(patience_s=600)

    def make(name: str) -> bytes:
        made.append(name)
        begun.set()
        go_on.wait(600)
        return name.encode()

    with ThreadPoolExecutor(4) as threads:
        try:
            first = threads.submit(press.rendering, "a", lambda: make("a"))
            assert begun.wait(60)
            others = [threads.submit(press.rendering, "a", lambda: make("a again")) for _ in range(2)]
            wait_until(lambda: press.waiting == 2, "two to wait")
            fourth = threads.submit(press.rendering, "b", lambda: make("b"))
            assert isinstance(fourth.exception(timeout=60), PressBusy)
        finally:
            go_on.set()
        assert {one.result().data for one in (first, *others)} == {b"a"}
    assert made == ["a"]
    assert press.rendering("b", lambda: make("b")).data == b"b"


def test_who_waits_too_long_is_told_so() -> None:
    press = Press(patience_s=0)
    inside = threading.Event()
    done = threading.Event()

    def slow() -> bytes:
        inside.set()
        done.wait(60)
        return b""

    with ThreadPoolExecutor(1) as threads:
        threads.submit(press.rendering, "slow", slow)
        assert inside.wait(60)
        with pytest.raises(PressBusy):
            press.rendering("other", lambda: b"")
        done.set()


def test_what_is_kept_has_a_bound() -> None:
    press = Press(most_bytes=1000)
    for number in range(20):
        press.rendering(number, lambda: bytes(200))
    assert press.kept_bytes <= 1000
    assert press.known(19) is not None
    assert press.known(0) is None
    press.rendering("huge", lambda: bytes(900))
    assert press.known("huge") is None


def test_a_failure_keeps_nobody_out() -> None:
    press = Press()
    with pytest.raises(ZeroDivisionError):
        press.rendering("x", lambda: bytes(1 // 0))
    assert press.rendering("x", lambda: b"x").data == b"x"


def test_a_busy_press_answers_503(stage: Stage, slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise PressBusy

    monkeypatch.setattr(press_room.Press, "rendering", busy)
    answer = stage.client().get(f"/c/{slug}/poster.pdf")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"
