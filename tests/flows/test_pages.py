"""Pages and addresses without a browser: statuses, headers, cookies, forms, and what a hostile guest may try."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.actors import IPHONE
from tests.oracle import check_books
from tests.stage import Stage, category_rules, make_service, rules
from voting_service.ballots.opening import schedule_voting
from voting_service.candidates.models import Candidate
from voting_service.redis_server.embedded import EmbeddedRedis

FORM = re.compile(r'name="form" value="([^"]+)"')
OWN = ("/c/test", "/c/test/candidates/1")
"""Pages that are filled in for one voter."""
SAME = ("/", "/archive", "/c/test/ranking", "/c/test/rules", "/c/test/verify")
"""Pages that are the same for whoever asks."""
PAGES = (*SAME, *OWN, "/offline")
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def https_stage(tmp_path: Path, redis_url: str) -> Iterator[Stage]:
    """A stage that voters reach by https."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, base_url="https://vote.example.org"))
    yield stage
    stage.strike()


def heading(answer: TestResponse) -> str:
    """What the page says it is."""
    (title,) = re.findall(r"<h1[^>]*>(.*?)</h1>", answer.text)
    return html.unescape(title)


def checked(answer: TestResponse) -> set[int]:
    """The candidates marked on a page's ballot."""
    boxes: list[str] = re.findall(r"<input[^>]*name=\"choices\"[^>]*>", answer.text)
    return {int(re.findall(r'value="(\d+)"', box)[0]) for box in boxes if " checked" in box}


def cards(answer: TestResponse) -> list[int]:
    """The candidates on a page, in order."""
    return [int(n) for n in re.findall(r'<li class="card" data-number="(\d+)"', answer.text)]


def form_of(answer: TestResponse) -> str:
    """The page's ballot form."""
    found = FORM.search(answer.text)
    assert found is not None
    return found[1]


class _Planted(HTMLParser):
    """Collects what no template of ours writes: the elements of EVIL, handlers, scripts without the nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        if (
            any(name.startswith("on") for name in names)
            or (tag == "script" and "nonce" not in names)
            or (tag == "img" and "width" not in names)
        ):
            self.found.append(self.get_starttag_text() or tag)


def planted(answer: TestResponse) -> list[str]:
    """What a hostile text became on a page that should have been text."""
    parser = _Planted()
    parser.feed(answer.text)
    return parser.found


class Guest:
    """Someone at a browser without JavaScript."""

    def __init__(self, stage: Stage, slug: str = "test") -> None:
        self.client = stage.client()
        self.path = f"/c/{slug}"

    def open(self) -> str:
        """The campaign page's form."""
        return form_of(self.client.get(self.path))

    def post(self, **fields: Any) -> TestResponse:
        """Post the page's form."""
        return self.client.post(self.path, data=fields, headers={"User-Agent": IPHONE})


# Headers


@pytest.mark.parametrize("path", [*OWN, "/offline", "/nothing", "/c/nothing"])
def test_a_page_trusts_its_own_nonce_and_nothing_else(stage: Stage, path: str) -> None:
    stage.campaign()
    client = stage.client()
    nonces = []
    for _ in range(2):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        (nonce,) = set(re.findall(r"'nonce-([^']+)'", policy))
        nonces.append(nonce)
        assert "unsafe" not in policy
        assert "*" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "frame-src 'none'" in policy
        tags = re.findall(r"<(?:script|style|link rel=\"stylesheet\")\b[^>]*>", answer.text)
        assert tags
        assert [tag for tag in tags if f'nonce="{nonce}"' not in tag] == []
        assert re.findall(r"<[^>]*\s(?:style|on\w+)=", answer.text) == []
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize("path", [*SAME, "/c/test/result"])
def test_a_page_for_everyone_trusts_our_own_files_and_nothing_else(stage: Stage, path: str) -> None:
    stage.campaign()
    answer = stage.client().get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "nonce" not in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert policy.endswith("base-uri 'none'; frame-ancestors 'none'")
    assert re.findall(r"<[^>]*\s(?:style|on\w+)=", answer.text) == []
    for script in re.findall(r"<script\b[^>]*>", answer.text):
        assert 'src="/static/' in script or 'type="application/ld+json"' in script


@pytest.mark.parametrize("path", [*PAGES, "/nothing"])
def test_headers_of_every_page(stage: Stage, path: str) -> None:
    stage.campaign()
    headers = stage.client().get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Strict-Transport-Security" not in headers
    assert "Server" not in headers


def test_https_is_stayed_with(https_stage: Stage) -> None:
    https_stage.campaign()
    client = https_stage.client()
    for path in (*PAGES, "/api/v1/campaigns", "/static/app.css", "/nothing"):
        answer = client.get(path, base_url="https://vote.example.org")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path


def cookie_flags(answer: TestResponse) -> set[str]:
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *flags = cookie.split("; ")
    assert name.startswith("voter=device.")
    return {flag for flag in flags if not flag.startswith("Expires=")}


def test_the_voters_cookie_by_http_and_https(stage: Stage, https_stage: Stage) -> None:
    stage.campaign()
    plain = stage.client().get("/c/test")
    assert cookie_flags(plain) == {"Max-Age=34560000", "HttpOnly", "Path=/", "SameSite=Lax"}
    # Both stages share one Redis: another campaign there.
    https_stage.campaign("secure")
    safe = https_stage.client().get("/c/secure", base_url="https://vote.example.org")
    assert cookie_flags(safe) == {"Max-Age=34560000", "HttpOnly", "Path=/", "SameSite=Lax", "Secure"}


def test_a_cookie_is_given_once_and_only_by_the_ballot(stage: Stage) -> None:
    stage.campaign()
    client = stage.client()
    for path in ("/", "/c/test/ranking", "/c/test/rules", "/c/test/verify", "/api/v1/campaigns", "/offline"):
        assert "Set-Cookie" not in client.get(path).headers, path
    assert "Set-Cookie" in client.get("/c/test").headers
    assert "Set-Cookie" not in client.get("/c/test").headers
    client.set_cookie("voter", "device.forged.forged")
    assert "Set-Cookie" in client.get("/c/test").headers


# Caches


def test_pages_for_one_voter_are_kept_by_nobody(stage: Stage) -> None:
    stage.campaign()
    client = stage.client()
    for path in OWN:
        assert client.get(path).headers["Cache-Control"] == "private, no-cache", path
    asked = client.get("/c/test/verify?code=7QK2").headers["Cache-Control"]
    assert asked == "private, no-cache", "what somebody typed stands on it"
    assert client.get("/offline").headers["Cache-Control"] == "no-cache"
    assert client.get("/nothing").headers["Cache-Control"] == "no-store"
    assert client.get("/api/v1/campaigns/test/ballot-form").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", SAME)
def test_a_page_for_everyone_is_asked_for_again_cheaply(stage: Stage, path: str) -> None:
    stage.campaign()
    first, other = stage.client().get(path), stage.client()
    assert first.headers["Cache-Control"] == "no-cache"
    again = other.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    asked = other.head(path)
    assert (asked.status_code, asked.data, asked.headers["ETag"]) == (200, b"", first.headers["ETag"])


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/c/test/feed.atom", "public, max-age=300"),
        ("/feed.atom", "public, max-age=300"),
        ("/sitemap.xml", "public, max-age=3600"),
        ("/robots.txt", "public, max-age=3600"),
        ("/oembed?url=http://127.0.0.1:8000/c/test", "public, max-age=600"),
        ("/api/v1/campaigns", "public, max-age=5"),
        ("/api/v1/campaigns/test", "public, max-age=5"),
        ("/api/v1/campaigns/test/candidates", "public, max-age=5"),
        ("/api/v1/campaigns/test/candidates/1", "public, max-age=5"),
        ("/c/test/qr.svg", "public, max-age=3600"),
        ("/c/test/qr.png", "public, max-age=3600"),
        ("/c/test/candidates/1/qr.png", "public, max-age=3600"),
        ("/sw.js", "public, max-age=60"),
    ],
)
def test_public_answers_are_kept_and_asked_for_again_cheaply(stage: Stage, path: str, kept: str) -> None:
    stage.campaign()
    client = stage.client()
    first = client.get(path)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, kept)
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


def test_an_etag_changes_with_what_it_names(stage: Stage) -> None:
    stage.campaign()
    voter = stage.voter()
    before = voter.get("/api/v1/campaigns/test/counts")
    assert before.headers["Cache-Control"] == "public, max-age=1"
    assert voter.vote([1]).status_code == 201
    fresh = (
        Stage(stage.service)
        .client()
        .get("/api/v1/campaigns/test/counts", headers={"If-None-Match": before.headers["ETag"]})
    )
    assert (fresh.status_code, fresh.get_json()["counts"]["1"]) == (200, 1)


def test_styles_and_scripts_are_kept_for_ever_under_an_address_of_their_content(stage: Stage) -> None:
    stage.campaign()
    client = stage.client()
    addresses = set(re.findall(r"/static/[^\"]+", client.get("/c/test").text))
    assert len(addresses) >= 5
    for address in addresses:
        answer = client.get(address)
        assert (answer.status_code, "?v=" in address) == (200, True)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/../wsgi.py").status_code == 404
    assert client.get("/photos/../../wsgi.py").status_code == 404


# Statuses


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/c/nothing",
        "/c/nothing/ranking",
        "/c/nothing/rules",
        "/c/nothing/verify",
        "/c/nothing/qr.png",
        "/c/test/candidates/99",
        "/c/test/candidates/x",
        "/c/test/candidates/99/qr.svg",
        "/r/AAAA-AAAA-AAAA-AAAA",
        "/r/x",
        "/photos/nothing.jpg",
        "/static/nothing.css",
    ],
)
def test_what_is_not_there_is_a_page(stage: Stage, path: str) -> None:
    stage.campaign()
    answer = stage.client().get(path)
    assert (answer.status_code, heading(answer)) == (404, "没有找到")
    assert "voting-service " not in answer.text, "a command is no help to a voter"
    assert '<a class="btn btn--go" href="/">返回首页</a>' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/api/v1/campaigns/nothing",
        "/api/v1/campaigns/nothing/candidates",
        "/api/v1/campaigns/nothing/counts",
        "/api/v1/campaigns/nothing/ballot-form",
        "/api/v1/campaigns/test/candidates/99",
        "/api/v1/receipts/AAAA-AAAA-AAAA-AAAA",
        "/log/nothing/checkpoint",
    ],
)
def test_what_is_not_there_is_a_problem_for_machines(stage: Stage, path: str) -> None:
    stage.campaign()
    answer = stage.client().get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    problem = answer.get_json()
    assert (problem["status"], problem["code"]) == (404, "not_found")
    assert problem["title"]
    assert problem["detail"]


def test_whoever_asks_for_json_gets_no_page(stage: Stage) -> None:
    answer = stage.client().get("/nothing", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_an_operation_that_an_address_does_not_know(stage: Stage) -> None:
    stage.campaign()
    client = stage.client()
    page = client.post("/c/test/ranking")
    assert (page.status_code, heading(page)) == (405, "不支持的操作")
    problem = client.delete("/api/v1/campaigns/test")
    assert (problem.status_code, problem.get_json()["code"]) == (405, "method_not_allowed")
    for answer in (page, problem):
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_draft_is_invisible_and_told_apart_from_nothing_by_nobody(stage: Stage) -> None:
    stage.campaign("test")
    stage.draft("draft")
    client = stage.client()
    assert "draft" not in client.get("/").text
    assert [c["slug"] for c in client.get("/api/v1/campaigns").get_json()["campaigns"]] == ["test"]
    for path in (
        "",
        "/candidates/1",
        "/ranking",
        "/rules",
        "/verify",
        "/qr.png",
        "/qr.svg",
        "/candidates/1/qr.svg",
    ):
        draft, nothing = client.get(f"/c/draft{path}"), client.get(f"/c/other{path}")
        assert (draft.status_code, nothing.status_code) == (404, 404), path
        same = [re.sub(r"nonce(-|=\")[\w-]+", "", answer.text) for answer in (draft, nothing)]
        assert same[0] == same[1], path
    for path in ("", "/candidates", "/candidates/1", "/counts", "/ballot-form"):
        draft, nothing = (
            client.get(f"/api/v1/campaigns/draft{path}"),
            client.get(f"/api/v1/campaigns/other{path}"),
        )
        assert (draft.status_code, draft.get_json()) == (404, nothing.get_json()), path
    assert client.post("/c/draft", data={"action": "cast"}).status_code == 404
    assert client.post("/api/v1/campaigns/draft/ballots", json={}).status_code == 404
    assert client.get("/log/draft/checkpoint").status_code == 404


def test_a_scheduled_campaign_is_shown_and_takes_nothing(stage: Stage) -> None:
    now = stage.service.clock.now().replace(microsecond=0)
    stage.draft("soon", with_rules=rules(opens_at=now + timedelta(hours=3)))
    with stage.service.database.write() as session:
        schedule_voting(session, "soon", at=now, actor="test", identities=("device",))
    guest = Guest(stage, "soon")
    page = guest.client.get("/c/soon")
    assert "投票即将开始" in page.text
    assert 'type="checkbox"' not in page.text
    refused = guest.post(action="cast", choices="1", form="x")
    assert (refused.status_code, heading(refused)) == (403, "现在不能投票")
    assert guest.client.get("/c/soon/verify").status_code == 200, "before there is a log"


# Forms


def test_a_ballot_by_form_alone(stage: Stage) -> None:
    stage.campaign()
    guest = Guest(stage)
    form = guest.open()
    cast = guest.post(form=form, choices=["2", "5"], action="cast")
    assert cast.status_code == 303
    address = cast.headers["Location"]
    assert re.fullmatch(r"/r/[0-9A-Z-]{19}\?new=1&next=\d{13}", address)
    receipt = guest.client.get(address)
    assert heading(receipt) == "选票已投出"
    assert re.findall(r"<small>(\d+) 号", receipt.text) == ["2", "5"]
    assert receipt.headers["X-Robots-Tag"] == "noindex"
    assert heading(guest.client.get(address.split("?")[0])) == "投票回执"
    again = guest.post(form=form, choices="3", action="cast")
    assert again.headers["Location"].split("?")[0] == address.split("?")[0], (
        "the same form is the same ballot"
    )
    refused = guest.post(form=guest.open(), choices="3", action="cast")
    assert (refused.status_code, heading(refused)) == (409, "您已投票")
    assert "下次可投" in refused.text
    stage.record()
    assert check_books(stage).ledger == 1


@pytest.mark.parametrize("moment", ["9" * 13, "9" * 30, "-1", "x", "0" * 13, ""])
def test_a_receipts_address_cannot_be_made_to_say_anything(stage: Stage, moment: str) -> None:
    stage.campaign()
    guest = Guest(stage)
    address = guest.post(form=guest.open(), choices="1", action="cast").headers["Location"].split("?")[0]
    answer = guest.client.get(address, query_string={"new": "1", "next": moment})
    assert answer.status_code == 200
    assert "起可再投" not in answer.text


@pytest.mark.parametrize(
    ("choices", "said", "kept"),
    [
        ([], "请至少选择 1 名候选人。", set()),
        (["1", "2", "3", "4"], "每张选票最多选择 3 名候选人。", {1, 2, 3, 4}),
        (["2", "99"], "没有 99 号候选人。", {2}),
        (["2", "2"], "同一名候选人在一张选票上只能选一次。", {2}),
        (["2", "x"], "所选编号无效。", {2}),
        (["2", "9" * 40], "所选编号无效。", {2}),
        (["2", "-1"], "所选编号无效。", {2}),
        (["2", "²"], "所选编号无效。", {2}),
        (["1"] * 501, "请选择候选人后再提交。", {1}),
    ],
)
def test_choices_that_break_the_rules_come_back_with_the_reason(
    stage: Stage, choices: list[str], said: str, kept: set[int]
) -> None:
    stage.campaign()
    guest = Guest(stage)
    answer = guest.post(form=guest.open(), choices=choices, action="cast")
    assert answer.status_code == 422
    assert said in answer.text
    assert 'role="alert"' in answer.text
    assert checked(answer) == kept
    assert guest.post(form=form_of(answer), choices="1", action="cast").status_code == 303


def test_a_form_that_has_expired_costs_no_second_choosing(stage: Stage) -> None:
    stage.campaign()
    guest = Guest(stage)
    guest.open()
    answer = guest.post(form="0" * 53, choices=["1", "4"], action="cast")
    assert (answer.status_code, checked(answer)) == (400, {1, 4})
    assert "投票表单无效" in answer.text
    assert guest.post(form=form_of(answer), choices=["1", "4"], action="cast").status_code == 303


def test_a_form_of_another_voter_casts_nothing(stage: Stage) -> None:
    stage.campaign()
    mine, theirs = Guest(stage), Guest(stage)
    form = mine.open()
    theirs.open()
    assert theirs.post(form=form, choices="1", action="cast").status_code == 400
    stranger = Guest(stage)
    refused = stranger.post(form=form, choices="1", action="cast")
    assert (refused.status_code, heading(refused)) == (401, "无法识别投票身份")
    assert mine.post(form=form, choices="1", action="cast").status_code == 303


def test_searching_by_form_finds_and_keeps(stage: Stage) -> None:
    stage.campaign(candidates=12, categories=category_rules("a", "b"))
    guest = Guest(stage)
    form = guest.open()

    def search(**fields: Any) -> TestResponse:
        answer = guest.post(form=form, action="filter", **fields)
        assert answer.status_code == 200
        return answer

    assert cards(search(q="候选人12")) == [12]
    assert cards(search(q="2")) == [2], "a number finds its candidate, not every number that contains it"
    assert cards(search(q=" 单位3  候选人 ")) == [3]
    assert sorted(cards(search(category="a"))) == [2, 4, 6, 8, 10, 12]
    assert cards(search(category="a", q="3")) == []
    assert sorted(cards(search(category="nothing"))) == []
    kept = search(q="2", choices=["2", "7", "99"])
    assert checked(kept) == {2, 7}
    assert "7 号 候选人7" in kept.text
    order = cards(guest.client.get("/c/test"))
    found = cards(search(category="b"))
    assert found == [n for n in order if n in found], "in the voter's own order"


def test_the_order_differs_from_voter_to_voter_and_stays(stage: Stage) -> None:
    stage.campaign(candidates=20)
    guests = [Guest(stage) for _ in range(4)]
    orders = [cards(guest.client.get("/c/test")) for guest in guests]
    assert [cards(guest.client.get("/c/test")) for guest in guests] == orders
    assert len({tuple(order) for order in orders}) > 1
    assert all(sorted(order) == list(range(1, 21)) for order in orders)


# Guests who mean no good


def test_what_a_guest_types_is_text_and_nothing_else(stage: Stage) -> None:
    stage.campaign()
    guest = Guest(stage)
    form = guest.open()
    answers = [
        guest.post(form=form, action="filter", q=EVIL, category=EVIL),
        guest.post(form=EVIL, action="cast", q=EVIL, choices=EVIL),
        guest.client.get("/c/test/verify", query_string={"code": EVIL}),
        guest.client.get(f"/c/{EVIL}"),
        guest.client.get(f"/r/{EVIL}"),
        guest.client.get("/c/test", query_string={"lang": EVIL, "s": EVIL}),
    ]
    assert [answer.status_code for answer in answers] == [200, 400, 404, 404, 404, 200]
    for answer in answers:
        assert planted(answer) == []
    # The field still holds what was typed.
    assert EVIL[:40] in html.unescape(answers[0].text)


def test_what_a_candidate_is_called_is_text_and_nothing_else(stage: Stage) -> None:
    stage.draft()
    evil = EVIL + "</script>{{7*7}}"
    with stage.service.database.write() as session:
        session.execute(
            update(Candidate)
            .where(Candidate.number == 1)
            .values(name=evil, organisation=evil, title=evil, summary=evil, slogan=evil, story=evil)
        )
    stage.open()
    guest = Guest(stage)
    code = guest.post(form=guest.open(), choices="1", action="cast").headers["Location"]
    searched = guest.post(form="", action="filter", q="候选人2", choices="1")
    pages = [guest.client.get(path) for path in ("/c/test", "/c/test/candidates/1", "/c/test/candidates/2",
                                                 "/c/test/ranking", code)]  # fmt: skip
    for answer in (*pages, searched):
        assert (answer.status_code, planted(answer)) == (200, [])
        assert "49</" not in answer.text


def test_a_page_of_data_cannot_be_left_by_a_name(stage: Stage) -> None:
    stage.draft(with_rules=rules(categories=category_rules("</script><script>alert(1)</script>")))
    stage.open()
    page = stage.client().get("/c/test").text
    assert page.count("<script>alert") == 0
    assert page.count("</script>") == page.count("<script ")


def test_a_body_too_large_is_refused(stage: Stage) -> None:
    stage.campaign()
    guest = Guest(stage)
    answer = guest.post(form="x" * 70_000, action="cast")
    assert (answer.status_code, heading(answer)) == (413, "内容过大")
    many = guest.client.post("/c/test", data="choices=1&" * 3000)
    assert many.status_code in (413, 422, 400)


def test_pages_live_on_while_redis_is_away(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "own") as server:
        stage = Stage(make_service(tmp_path / "data", redis_url=server.url))
        stage.campaign()
        guest = Guest(stage)
        form = guest.open()
        server.stop()
        for path in PAGES:
            assert guest.client.get(path).status_code == 200, path
        refused = guest.post(form=form, choices=["1", "2"], action="cast")
        assert (refused.status_code, heading(refused)) == (503, "票箱暂时不能使用")
        assert refused.headers["Retry-After"]
        assert form_of(refused) == form, "what is offered is the very same ballot"
        assert re.findall(r'name="choices" value="(\d+)"', refused.text) == ["1", "2"]
        machine = stage.voter()
        machine.client = guest.client
        problem = machine.post(form, [1])
        assert (problem.status_code, problem.get_json()["code"]) == (503, "box_unavailable")
        server.start()
        assert guest.post(form=form, choices=["1", "2"], action="cast").status_code == 303
        stage.record()
        assert check_books(stage).ledger == 1
        stage.strike()
