"""The service behind a real nginx with our sample configuration: what is public is kept, and nothing else ever is."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.departures import leaves
from tests.desk import Desk
from tests.handset import Answer
from tests.live import EXAMPLE, import_example, live_stage, wait_until
from tests.nginx import NAME, Nginx, Origin, find_nginx
from tests.partners import terms
from tests.stage import Stage
from voting_service.redis_server.embedded import EmbeddedRedis

COUNTS = f"/api/v1/campaigns/{EXAMPLE}/counts"
PAGE = f"/c/{EXAMPLE}"


class Town:
    """nginx, the service behind it, and its stage."""

    def __init__(self, stage: Stage, origin: Origin, nginx: Nginx) -> None:
        self.stage, self.origin, self.nginx = stage, origin, nginx
        self.ask = nginx.ask


@pytest.fixture(scope="module")
def town(
    own_redis: EmbeddedRedis, photo_shelf: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    program = find_nginx()
    if program is None:
        missing("nginx")
    here = tmp_path_factory.mktemp("behind-nginx")
    stage = live_stage(here / "data", own_redis.url, base_url=f"https://{NAME}", trusted_proxies=1)
    (here / "data" / "photos").symlink_to(photo_shelf)
    import_example(stage)
    stage.open(EXAMPLE)
    origin = Origin(stage.app)
    try:
        with Nginx(program, here / "nginx", origin.port) as nginx:
            yield Town(stage, origin, nginx)
    finally:
        origin.stop()
        stage.strike()


def at_once(act: Callable[[], Answer], people: int) -> list[Answer]:
    """The same request from everyone at one moment."""
    answers: list[Answer] = []
    ready = threading.Barrier(people)

    def one() -> None:
        ready.wait()
        answers.append(act())

    threads = [threading.Thread(target=one) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == people
    return answers


def test_a_stampede_on_the_counts_asks_the_service_once_a_second(town: Town) -> None:
    before, began = town.origin.asked[COUNTS], time.monotonic()
    answers = [one for _ in range(5) for one in at_once(lambda: town.ask(COUNTS), 40)]
    seconds = time.monotonic() - began
    assert {one.status for one in answers} == {200}
    assert town.origin.asked[COUNTS] - before <= seconds + 2
    assert all(one.json["counts"] for one in answers)


def test_no_voter_gets_anothers_page(town: Town) -> None:
    before = town.origin.asked[PAGE]
    pages = at_once(lambda: town.ask(PAGE), 8)
    forms = {re.search(rb'name="form" value="([^"]+)"', page.body)[1] for page in pages}  # type: ignore[index]
    cookies = {page.headers["Set-Cookie"] for page in pages}
    nonces = {re.search(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"])[1] for page in pages}  # type: ignore[index]
    assert (len(forms), len(cookies), len(nonces), town.origin.asked[PAGE] - before) == (8, 8, 8, 8)


def test_no_voter_waits_for_another(town: Town) -> None:
    town.origin.meeting[PAGE] = threading.Barrier(6)
    try:
        assert {page.status for page in at_once(lambda: town.ask(PAGE), 6)} == {200}
    finally:
        town.origin.meeting.clear()


def test_what_is_kept_said_so_itself_and_holds_nothing_of_whoever_asked(town: Town) -> None:
    """Every public address that this campaign's pages lead to, asked for by two visitors."""
    for path in sorted(_addresses(town)):
        first = town.ask(path, headers={"Cookie": "visitor=first"})
        second = town.ask(path, headers={"Cookie": "visitor=second"})
        assert first.status == second.status == 200, path
        kept = second.headers.get("X-Cache") in {"HIT", "STALE", "UPDATING"}
        assert kept <= second.headers.get("Cache-Control", "").startswith("public"), path
        assert kept <= ("Set-Cookie" not in second.headers), path
        if kept:
            assert first.body == second.body, path


def _addresses(town: Town) -> set[str]:
    found, left = set(), {PAGE, "/", COUNTS, "/api/v1/campaigns"}
    while left and len(found) < 60:
        path = min(left, key=len)
        left.remove(path)
        found.add(path)
        answer = town.ask(path)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            for link in re.findall(r'(?:href|src)="(/[^"#]*)"', answer.body.decode()):
                plain = link.replace("&amp;", "&")
                if not plain.startswith(("/desk", "/wechat", "/r/", "/objections")):
                    left.add(plain)
        left -= found
    assert len(found) > 30
    return found


def test_photos_and_style_come_from_nginx_after_the_first(town: Town) -> None:
    page = town.ask(PAGE).body.decode()
    photo = re.search(r'src="(/photos/[^"]+)"', page)
    style = re.search(r'href="(/static/app\.css[^"]*)"', page)
    assert photo
    assert style
    for address in (photo[1], style[1]):
        path = address.partition("?")[0]
        town.ask(address)
        before = town.origin.asked[path]
        again = [town.ask(address) for _ in range(5)]
        assert {one.headers["X-Cache"] for one in again} == {"HIT"}
        assert town.origin.asked[path] == before
        assert "immutable" in again[0].headers["Cache-Control"]


def test_a_copy_that_is_still_good_is_not_sent_again(town: Town) -> None:
    address = "/api/v1/campaigns/" + EXAMPLE
    first = town.ask(address, headers={"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(first.body))["slug"] == EXAMPLE
    assert first.headers["Vary"] == "Accept-Encoding"
    again = town.ask(address, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


def test_a_language_is_another_address(town: Town) -> None:
    chinese, english = town.ask(f"{PAGE}/rules"), town.ask(f"{PAGE}/rules?lang=en")
    assert b'lang="zh-CN"' in chinese.body
    assert b'lang="en"' in english.body


def test_while_the_service_is_away_the_public_sees_what_was_public_and_nobody_votes(town: Town) -> None:
    kept = town.ask(COUNTS)
    assert kept.status == 200
    form = re.search(rb'name="form" value="([^"]+)"', town.ask(PAGE).body)
    assert form
    town.origin.stop()
    try:
        stale = town.ask(COUNTS)
        ballot = json.dumps({"form": form[1].decode(), "choices": [1, 2]}).encode()
        refused = town.ask(
            f"/api/v1/campaigns/{EXAMPLE}/ballots", "POST", ballot, {"Content-Type": "application/json"}
        )
        page = town.ask(PAGE)
    finally:
        town.origin.start()
    assert (stale.status, stale.json["counts"]) == (200, kept.json["counts"])
    assert (refused.status, page.status) == (502, 502), "campaign.js posts the same form again after a 502"
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert (refused.json["status"], refused.json["code"]) == (502, "unavailable")
    assert "没有看到回执" in page.body.decode()
    assert {page.headers["Cache-Control"], refused.headers["Cache-Control"]} == {"no-store"}
    assert town.ask(PAGE).status == 200


def test_who_may_hold_an_embed_reaches_browsers_through_nginx(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nginx keeps the headers of the copy that a 304 says is still good: other headers must be another ETag."""
    monkeypatch.setattr("voting_service.media.embeds.routes.MAX_AGE", 1)
    monkeypatch.setattr("voting_service.candidates.showcase.FRESH_S", 0.0)
    embed = f"{PAGE}/candidates/3/embed"

    def ancestors() -> str:
        return town.ask(embed).headers["Content-Security-Policy"].rpartition("frame-ancestors ")[2]

    assert ancestors() == "*"
    terms(town.stage, Desk(town.stage, "王敏", "operator"), only_partners=True, slug=EXAMPLE)
    wait_until(lambda: ancestors() == "'self'", "nginx tells who may hold it now")


def test_who_looks_first_after_a_quiet_hour_sees_what_holds_now(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voting_service.media.embeds.routes.MAX_AGE", 1)
    monkeypatch.setattr("voting_service.media.embeds.routes.STALE", 1)
    monkeypatch.setattr("voting_service.candidates.showcase.FRESH_S", 0.0)
    embed = f"{PAGE}/candidates/5/embed"
    assert "已退出" not in town.ask(embed).body.decode()
    leaves(town.stage, 5, slug=EXAMPLE)
    time.sleep(3.1)  # nginx reckons in whole seconds
    assert "已退出" in town.ask(embed).body.decode()


def test_what_is_there_no_longer_is_not_shown_for_ever(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 404 is not kept, so that it puts nothing in the place of the copy that was good before."""
    monkeypatch.setattr("voting_service.media.posters.routes.MAX_AGE", 1)
    monkeypatch.setattr("voting_service.candidates.showcase.FRESH_S", 0.0)
    poster = f"{PAGE}/candidates/6/poster?q=nobody-else-asks"
    assert town.ask(poster).status == 200
    leaves(town.stage, 6, slug=EXAMPLE)
    time.sleep(3.1)
    assert [town.ask(poster).status for _ in range(3)] == [404, 404, 404]
