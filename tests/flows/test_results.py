"""What remains of a campaign: the certified tally on its page, the lists that came of it, the archive of past campaigns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from playwright.sync_api import Browser

from publicity.award.certificates import decide_revocation, propose_revocation
from publicity.award.published import published_lists
from tests.committee import campaign_of, decide, recorded
from tests.contract.test_award import OVER, Town, after_the_voting
from tests.contract.test_certification import Scene
from tests.flows.test_accessibility import look
from tests.live import live_stage
from tests.notices import beijing
from tests.phone import Phone, overflow
from tests.served import served
from tests.stage import ClockInHand, Stage, make_service
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates import showcase
from voting_service.candidates.departures import depart
from voting_service.tally.publication import publish_due


@pytest.fixture(autouse=True)
def nothing_is_a_moment_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """However quick the machine is, pages show what has just been done."""
    monkeypatch.setattr(showcase, "FRESH_S", 0)


def plain(page: str) -> str:
    """A page's words without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_result_as_it_was_certified(stage: Stage, tmp_path: Path) -> None:
    scene = Scene(stage)
    client = stage.client()
    early = client.get("/c/test/result")
    assert early.status_code == 404
    assert "尚未公布" in early.text
    assert "投票将于" in early.text
    assert "/c/test/result" not in client.get("/sitemap.xml").text

    decide(stage, "voided", scene.ids[:1])
    recorded(stage, 1, (5,), held=True)
    with stage.service.database.write() as session:
        depart(session, campaign_by_slug(session, "test"), 3, "withdrawn", at=stage.service.clock.now())
    scene.close()
    waiting = client.get("/c/test/result")
    assert (waiting.status_code, "ETag" in waiting.headers) == (404, False)
    assert "投票已于" in waiting.text

    number = scene.propose(held=True)
    assert client.get("/c/test/result").status_code == 404, "proposed is not certified"
    assert [scene.sign(number, member) for member in (1, 2, 3)] == [False, False, True]
    publish_due(stage.service.recorder_stores, stage.service.settings.data_dir / "archives")

    page = stage.client().get("/c/test/result")
    words, found = plain(page.text), scene.certified()
    assert page.status_code == 200
    assert "C-0001" in words
    assert "收到选票 6 计入 4 作废 1 待核，不计入 1" in words
    assert "1 张 同一机房的脚本投出 决定 D-0001" in words
    rows = re.findall(
        r"<tr><td>(.*?)</td>.*?(\d+) 号 .*?<b>(\d+)</b></td><td>(\d+)</td><td>(\d+)</td></tr>", page.text
    )
    assert [tuple(row) for row in rows] == [
        ("1", "2", "4", "1", "0"), ("2", "1", "3", "0", "0"), ("3", "4", "0", "0", "0"), ("3", "5", "0", "0", "1"),
        ("3", "6", "0", "0", "0"), ("–", "3", "0", "0", "0"),
    ]  # fmt: skip
    assert found.sha256 in page.text
    assert 'href="/log/test/archive.zip"' in page.text
    assert client.get("/log/test/archive.zip").status_code == 200
    assert 'href="/c/test/result"' in client.get("/c/test/ranking").text
    again = client.get("/c/test/result", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304

    archive = client.get("/archive")
    assert "测试评选" in archive.text
    assert 'href="/c/test/result"' in archive.text
    assert 'href="/archive"' in client.get("/").text
    told = feedparser.parse(client.get("/c/test/feed.atom").data)
    assert not told.bozo
    assert [entry.id.split("/")[-1] for entry in told.entries[:2]] == ["certified", "closed"]
    assert told.feed.updated == told.entries[0].updated


def test_on_screen_nothing_is_refused_and_everybody_can_read_it(
    browser: Browser, tmp_path: Path, redis_url: str
) -> None:
    stage = live_stage(tmp_path / "data", redis_url)
    scene = Scene(stage)
    stage.campaign("next")
    decide(stage, "voided", scene.ids[:1])
    with served(stage) as home:
        phone = Phone(browser, home)
        phone.expects(r"status of 404")
        # The page's own policy, with its data block of schema.org: nothing of it may be refused.
        for path in ("/c/next", "/c/next/candidates/1", "/c/next/ranking", "/c/next/result"):
            assert overflow(phone.open(path)) == [], path
        phone.put_away()
        scene.close()
        number = scene.propose()
        assert [scene.sign(number, member) for member in (1, 2, 3)] == [False, False, True]
        reader = Phone(browser, home, bypass_csp=True, service_workers="block")
        reader.expects(r"status of 404")
        for path in ("/c/test/result", "/c/next/result", "/archive"):
            look(reader.open(path), path)
            assert overflow(reader.page) == [], path
        reader.put_away()
    stage.strike()


def test_without_a_past_campaign_the_archive_is_calm(stage: Stage) -> None:
    stage.campaign()
    stage.draft("secret")
    client = stage.client()
    assert "还没有结束的评选" in client.get("/archive").text
    assert 'href="/archive"' not in client.get("/").text


@pytest.fixture
def town(tmp_path: Path, redis_url: str) -> Iterator[Town]:
    """Voting has ended on 10 February 2026; the notice's window is over on 2 March."""
    clock = ClockInHand(beijing(2026, 2, 2))
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock))
    yield after_the_voting(stage, clock)
    stage.strike()


def test_a_list_is_shown_when_it_is_settled_and_as_it_was_awarded(town: Town) -> None:
    def shown() -> list[tuple[str, list[str]]]:
        with town.stage.service.database.read() as session:
            return [
                (str(one.standing), [person.name for person in one.people])
                for one in published_lists(session, campaign_of(town.stage))
            ]

    assert shown() == [("正在公示，名单见公告", [])], "what may still change is told by the notice alone"
    town.close()
    assert shown() == [("公示期满", ["候选人3", "候选人1", "候选人2"])]
    town.propose_award()
    assert shown() == [("公示期满", ["候选人3", "候选人1", "候选人2"])]
    town.confirm_award()
    assert shown() == [("已表彰：云川市最美产业工人", ["候选人3", "候选人1", "候选人2"])]

    code, database = town.certificates()[1].code, town.stage.service.database
    with database.write() as session:
        propose_revocation(session, "test", code, "材料不实", at=OVER, official=town.first.official)
    with database.write() as session:
        decide_revocation(session, "test", code, revoke=True, at=OVER, official=town.second.official)
    assert shown() == [("已表彰：云川市最美产业工人", ["候选人3", "候选人2"])]


def test_the_feed_tells_every_step_of_a_notice_and_names_no_one_on_it(town: Town) -> None:
    client = town.stage.client()
    town.close()
    told = feedparser.parse(client.get("/c/test/feed.atom").data)
    assert not told.bozo
    steps = [entry for entry in told.entries if "/notice-" in entry.id]
    assert [entry.id.split("/")[-1] for entry in steps] == ["notice-1-closed", "notice-1"]
    assert all(entry.link.endswith("/c/test/notices/1") for entry in steps)
    assert "无异议" in steps[0].summary
    for entry in steps:
        assert "候选人" not in entry.title + entry.summary
    assert (
        f"<lastmod>{steps[0].updated}</lastmod>"
        in client.get("/sitemap.xml").text.split("/c/test/notices/1<")[1][:80]
    )


def test_the_feed_tells_when_counts_were_published(stage: Stage) -> None:
    stage.campaign(counts="daily 18:00")
    with stage.service.database.write() as session:
        campaign = campaign_by_slug(session, "test")
        campaign.counts_json = json.dumps(
            {"as_of": "2026-11-27T10:00:00.000Z", "final": False, "ballots": 1234, "counts": {"1": 1234}}
        )
        campaign.version += 1
    client = stage.client()
    told = feedparser.parse(client.get("/c/test/feed.atom").data)
    (counts,) = [entry for entry in told.entries if "/counts-" in entry.id]
    assert counts.id.endswith("test/counts-20261127T100000Z")
    assert "11月27日 18:00" in counts.title
    assert "1,234" in counts.summary
    assert counts.link.endswith("/c/test/ranking")
    ranking = client.get("/sitemap.xml").text.split("/c/test/ranking<")[1][:60]
    assert "<lastmod>2026-11-27T10:00:00.000Z</lastmod>" in ranking
