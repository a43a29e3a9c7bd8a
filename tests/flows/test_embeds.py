"""Embeds: what other sites show of us, who may, and what is counted of it."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from sqlalchemy import event, select

from tests.departures import leaves
from tests.desk import Desk
from tests.live import import_example
from tests.partners import NEWS, partner, revoked, terms
from tests.stage import Stage
from voting_service.media.partners.models import EmbedCount

BUDGET = 20 * 1024
CAMPAIGN, CANDIDATE = "/c/test/embed", "/c/test/candidates/3/embed"


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an operator changes is seen at once."""
    monkeypatch.setattr("voting_service.candidates.showcase.FRESH_S", 0.0)


def words(page: str) -> str:
    """What stands on a page, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<body>")[2]))


def ancestors(stage: Stage, path: str) -> str:
    """Who may hold it in a frame."""
    policy: str = stage.client().get(path).headers["Content-Security-Policy"]
    return policy.rpartition("frame-ancestors ")[2]


def counted(stage: Stage) -> dict[str, tuple[int, int]]:
    """Views and clicks by key, as written."""
    stage.service.embed_counter.flush()
    with stage.service.database.read() as session:
        return {row.key: (row.views, row.clicks) for row in session.scalars(select(EmbedCount))}


def test_an_embed_weighs_little(stage: Stage, photo_shelf: Path) -> None:
    (stage.service.settings.data_dir / "photos").symlink_to(photo_shelf)
    slug = import_example(stage)
    stage.open(slug)
    client = stage.client()
    for path in (f"/c/{slug}/embed", f"/c/{slug}/candidates/3/embed"):
        page = client.get(path)
        parts = re.findall(
            r'<(?:link rel="(?:stylesheet|icon)"|script)[^>]* (?:href|src)="([^"]+)"', page.text
        )
        assert len(parts) == 3
        weights = [len(gzip.compress(client.get(part).data, 6)) for part in parts]
        assert sum(weights) + len(gzip.compress(page.data, 6)) <= BUDGET, weights
        assert not re.search(r'(?:src|href|srcset)="(?:https?:)?//(?!localhost|127\.)', page.text), (
            "a third party"
        )
    assert len(client.get("/embed.js").data) <= 2048
    assert client.get("/embed.js").headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", [CAMPAIGN, CANDIDATE])
def test_any_site_may_show_it_and_nothing_of_its_reader_is_asked(stage: Stage, path: str) -> None:
    stage.campaign()
    client = stage.client()
    client.get("/c/test")  # a voter by now
    page = client.get(path)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert "X-Frame-Options" not in page.headers
    assert "Cookie" not in page.headers.get("Vary", "")
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors *"
    )
    assert page.headers["Cache-Control"] == "public, max-age=15, stale-while-revalidate=10"
    assert page.data == stage.client().get(path).data, "the same for everyone"
    again = client.get(path, headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "<form" not in page.text, "nothing is cast in a frame"
    assert "<input" not in page.text
    assert 'target="_blank" rel="noopener' in page.text
    for dot in (client.get("/c/test/embed/seen.gif"), client.get("/c/test/embed/go")):
        assert "Set-Cookie" not in dot.headers
        assert dot.headers["Cache-Control"] == "no-store"


def test_every_other_page_keeps_refusing_frames(stage: Stage) -> None:
    stage.campaign()
    for path in ("/", "/c/test", "/c/test/candidates/3", "/c/test/ranking", "/c/test/rules", "/c/test/verify", "/desk/sign-in",
                 "/c/test/candidates/99/embed"):  # fmt: skip
        page = stage.client().get(path)
        assert page.headers["X-Frame-Options"] == "DENY", path
        assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'"), path


def test_what_is_not_public_is_not_embedded(stage: Stage) -> None:
    stage.draft()
    for path in (CAMPAIGN, CANDIDATE, "/c/test/embed/seen.gif", "/c/test/embed/go", "/c/nothing/embed"):
        assert stage.client().get(path).status_code == 404, path
    stage.campaign("other")
    assert stage.client().get("/c/other/candidates/99/embed").status_code == 404


def test_leaders_and_counts_are_shown_as_the_campaign_shows_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voting_service.ballots.counts_board.FRESH_S", 0.0)
    stage.campaign(candidates=8)
    assert "票数前列" not in stage.client().get(CAMPAIGN).text, "nobody leads before the first ballot"
    stage.voter().vote([3, 5])
    stage.voter().vote([5])
    page = words(stage.client().get(CAMPAIGN).text)
    assert "票数前列 1 候 候选人5 单位5 2 票 2 候 候选人3 单位3 1 票" in page
    assert "仅供参考" in page
    assert "1 票" in words(stage.client().get(CANDIDATE).text)
    hidden = stage.campaign("hidden", counts="hidden", candidates=8)
    stage.voter(hidden).vote([3])
    for path in (f"/c/{hidden}/embed", f"/c/{hidden}/candidates/3/embed"):
        text = words(stage.client().get(path).text)
        assert "投票结束前不公布票数" in text
        assert not re.search(r"\d 票", text)


def test_without_leaders_everyone_has_their_turn(stage: Stage) -> None:
    stage.campaign(candidates=9, counts="hidden")
    page = words(stage.client().get(CAMPAIGN).text)
    assert len(set(re.findall(r"候选人(\d)", page))) == 6
    assert "共 9 位候选人" in page


def test_whoever_has_left_stands_there_by_name_alone(stage: Stage) -> None:
    stage.campaign(candidates=4, counts="hidden")
    leaves(stage, 3)
    sent = stage.client().get(CANDIDATE).text
    page = words(sent)
    assert "候选人3" in page
    assert "已退出" in page
    assert "一句话简介" not in sent, "nor in what is said of the page"
    assert "候选人3" not in words(stage.client().get(CAMPAIGN).text)


def test_in_english_and_in_a_given_light(stage: Stage) -> None:
    stage.campaign()
    page = stage.client().get(CANDIDATE + "?lang=en&theme=dark").text
    assert '<html lang="en" data-theme="dark">' in page
    assert 'content="dark"' in page
    assert "data-theme" not in stage.client().get(CANDIDATE + "?theme=%22%3E").text


def test_a_warm_embed_costs_no_sql(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("candidates.showcase", "ballots.counts_board"):
        monkeypatch.setattr(f"voting_service.{place}.FRESH_S", 3600.0)
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    one = partner(stage, desk)
    client = stage.client()
    paths = (
        CAMPAIGN,
        CANDIDATE,
        f"{CAMPAIGN}?key={one.key}",
        "/c/test/embed/seen.gif",
        "/c/test/embed/go?number=3",
    )
    for path in paths:
        client.get(path)
    asked: list[str] = []
    event.listen(stage.service.database.engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    monkeypatch.setattr("voting_service.media.partners.counting.FLUSH_S", 3600.0)
    for path in paths * 3:
        client.get(path)
    assert [sql for sql in asked if "embed_counts" not in sql and "BEGIN" not in sql] == []


def test_only_partners_may_show_it_where_the_campaign_says_so(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    first, second = (
        partner(stage, desk),
        partner(stage, desk, "青年报", "https://qn.example", "http://10.1.2.3:8080"),
    )
    assert ancestors(stage, CAMPAIGN) == "*"
    assert ancestors(stage, f"{CAMPAIGN}?key={first.key}") == f"'self' {NEWS}", (
        "a key is good on its own sites"
    )
    terms(stage, desk, only_partners=True)
    assert ancestors(stage, CANDIDATE) == f"'self' http://10.1.2.3:8080 https://qn.example {NEWS}"
    assert (
        ancestors(stage, f"{CANDIDATE}?key={second.key}") == "'self' https://qn.example http://10.1.2.3:8080"
    )
    assert ancestors(stage, f"{CANDIDATE}?key={'0' * 16}") == ancestors(stage, CANDIDATE), "nobody's key"
    for path in (CAMPAIGN, CANDIDATE):
        assert "X-Frame-Options" not in stage.client().get(path).headers


def test_a_revoked_key_shows_a_line_and_no_content(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    one = partner(stage, desk)
    other = partner(stage, desk, "青年报", "https://qn.example")
    terms(stage, desk, only_partners=True)
    revoked(stage, desk, one)
    for path in (CAMPAIGN, CANDIDATE):
        page = stage.client().get(f"{path}?key={one.key}")
        assert "这里不再显示评选内容" in page.text
        assert "候选人" not in words(page.text)
        assert "/photos/" not in page.text
        assert f'href="http://127.0.0.1:8000{path.removesuffix("/embed")}"' in page.text
        assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
        assert ancestors(stage, path) == "'self' https://qn.example"
        assert "候选人3" in stage.client().get(f"{CANDIDATE}?key={other.key}").text


def test_views_and_clicks_are_counted_by_key_and_nothing_else_is(stage: Stage) -> None:
    stage.campaign()
    one = partner(stage, Desk(stage, "王敏", "operator"))
    client = stage.client()
    page = client.get(f"{CANDIDATE}?key={one.key}").text
    dot = re.search(r'src="(/c/test/embed/seen\.gif[^"]*)"', page)
    button = re.search(r'href="(/c/test/embed/go[^"]*)"', page)
    assert dot is not None
    assert button is not None
    for _ in range(3):
        assert client.get(dot[1]).data.startswith(b"GIF89a")
    followed = client.get(button[1].replace("&amp;", "&"))
    assert (followed.status_code, followed.headers["Location"]) == (303, "/c/test/candidates/3")
    assert counted(stage) == {one.key: (3, 1)}
    client.get("/c/test/embed/seen.gif?key=" + "0" * 16)
    client.get("/c/test/embed/seen.gif?key=" + "x" * 3000)
    assert client.get("/c/test/embed/go?number=99&to=https://evil.example").headers["Location"] == "/c/test"
    assert counted(stage) == {one.key: (3, 1), "": (2, 1)}
    client.head(dot[1])
    client.get(dot[1], headers={"Sec-Purpose": "prefetch;prerender"})
    assert counted(stage) == {one.key: (3, 1), "": (2, 1)}, "nobody has seen these"


def test_the_desks_preview_counts_nothing(stage: Stage) -> None:
    stage.campaign()
    for path in (CAMPAIGN, CANDIDATE):
        page = stage.client().get(path + "?preview=1").text
        assert "seen.gif" not in page
        assert "/embed/go" not in page
