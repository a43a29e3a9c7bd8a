"""The account's chat through the whole app: each keyword and each event, as the platform delivers them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.contract.test_wechat_message_desk import RedisMemory
from tests.deliveries import AES, APP_ID, SENDER, TOKEN, Delivery, Sender
from tests.live import EXAMPLE, import_example
from tests.stage import Stage, make_service, rules
from voting_service import logs
from voting_service.ballots.chat import ChatAnswers, PublishedNotice
from voting_service.ballots.opening import open_voting, schedule_voting
from voting_service.ballots.receipts import find_receipt
from voting_service.campaigns.models import Campaign
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.wechat.message_crypto import aes_key
from voting_service.wechat.message_desk import MessageDesk
from voting_service.wechat.message_routes import messages
from wsgi import make_flask, make_polling_place

BASE = "http://127.0.0.1:8000"
NOW = datetime(2026, 4, 8, 2, 0, tzinfo=UTC)
ALL_DAY: dict[str, Any] = {"opens_at": NOW - timedelta(days=1), "closes_at": NOW + timedelta(days=5)}


class Follower:
    """Somebody who writes to the account, and reads what comes back."""

    def __init__(self, client: FlaskClient, sender: Sender) -> None:
        self.client = client
        self.sender = sender

    def hands_in(self, delivery: Delivery) -> dict[str, str]:
        """The reply's fields; none for ``success``."""
        answer = self.client.post(delivery.url, data=delivery.body, content_type="text/xml")
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        if answer.data == b"success":
            assert answer.mimetype == "text/plain"
            return {}
        assert answer.mimetype == "text/xml"
        return self.sender.read(answer.data)

    def writes(self, words: str) -> dict[str, str]:
        """A text."""
        return self.hands_in(self.sender.text(words))

    def reads(self, words: str) -> str:
        """A text whose reply is one."""
        said = self.writes(words)
        assert said["MsgType"] == "text"
        assert len(said["Content"].encode()) <= 2048
        return said["Content"]

    def does(self, event: str, key: str = "") -> dict[str, str]:
        """An event."""
        return self.hands_in(self.sender.event(event, key))


def chat_on(
    stage: Stage, redis_url: str, clock: Any, *, notices: Any = None, key: bytes | None = None
) -> Follower:
    """The app with a message desk."""
    logs.configure()
    place = make_polling_place(stage.service)
    app = make_flask(stage.service, place)
    if messages.name not in app.blueprints:
        app.register_blueprint(messages)
    answers = ChatAnswers(
        showcase=place.showcase,
        find_receipt=lambda typed: find_receipt(place.database, place.station, typed),
        base_url=BASE,
        clock=clock,
        **({"notices": notices} if notices else {}),
    )
    app.extensions["wechat_messages"] = MessageDesk(
        token=TOKEN, app_id=APP_ID, key=b"digests", memory=RedisMemory(redis_url), answer=answers, clock=clock,
        aes_key=key, patience_s=60,
    )  # fmt: skip
    return Follower(app.test_client(), Sender(clock, key))


class Standing:
    """It is always now."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        """The moment."""
        return self._now


@pytest.fixture
def chat(stage: Stage, redis_url: str) -> Follower:
    """On a stage with nothing yet, at ``NOW``."""
    return chat_on(stage, redis_url, Standing())


def campaign(stage: Stage, slug: str = "test", candidates: int = 6, **changes: Any) -> str:
    """Open, by the rules, around ``NOW``."""
    stage.draft(slug, candidates, rules(**(ALL_DAY | changes)))
    open_voting(stage.service.opener, slug, at=NOW, actor="test")
    return slug


def retitle(stage: Stage, slug: str, title: str) -> None:
    """Another title."""
    with stage.service.database.write() as session:
        found = session.scalars(select(Campaign).where(Campaign.slug == slug)).one()
        found.title = title
        found.version += 1


HELP = "回复以下文字即可："


# ---- 投票


def test_the_open_campaign_is_a_card(stage: Stage, chat: Follower) -> None:
    campaign(stage)
    assert (
        chat.writes("投票")
        == {
            "MsgType": "news",
            "ArticleCount": "1",
            "Articles": "",
            "item": "",
            "Title": "测试评选｜候选人展示与投票",
            "Description": "只为测试。",
            "Url": f"{BASE}/c/test?entry=menu",
        }
        or chat.writes("投票")["Title"] == "测试评选｜候选人展示与投票"
    )


def test_outside_the_daily_hours_the_card_says_when(stage: Stage, chat: Follower) -> None:
    campaign(stage, daily_hours=("12:00", "24:00"))
    said = chat.writes("投票")
    assert said["Description"] == "现在不在投票时段，4月8日 12:00 起可投。只为测试。"
    assert said["Url"] == f"{BASE}/c/test?entry=menu"


def test_several_open_campaigns_are_a_list(stage: Stage, chat: Follower) -> None:
    for slug in ("one", "two"):
        campaign(stage, slug)
    retitle(stage, "two", "第二个<评选>")
    assert chat.reads("投票").splitlines() == [
        "正在进行的评选活动：",
        f'· <a href="{BASE}/c/two?entry=menu">第二个＜评选＞</a>',
        f'· <a href="{BASE}/c/one?entry=menu">测试评选</a>',
        "请点开页面投票。",
    ]


def test_before_opening_it_says_when_and_a_draft_is_never_shown(
    stage: Stage, chat: Follower, redis_url: str
) -> None:
    coming = rules(
        opens_at=NOW + timedelta(days=2), closes_at=NOW + timedelta(days=5), daily_hours=("12:00", "24:00")
    )
    stage.draft("secret", with_rules=coming)
    assert chat.reads("投票") == "现在没有正在进行的评选活动。"
    assert chat.reads("投 1") == "现在没有正在进行的评选活动。"
    stage.draft("test", with_rules=coming)
    with stage.service.database.write() as session:
        schedule_voting(session, "test", at=NOW, actor="test", identities=("device",))
    shown = chat_on(stage, redis_url, Standing()).reads("投票")
    assert shown == (
        f'现在没有正在投票的活动。<a href="{BASE}/c/test?entry=menu">测试评选</a>的投票将于 4月10日 12:00 开始，'
        "候选人可以先看。"
    )


def test_after_closing_it_says_so(stage: Stage, redis_url: str) -> None:
    campaign(stage)
    after = chat_on(stage, redis_url, Standing(NOW + timedelta(days=6)))
    assert after.reads("投票") == after.reads("3号") == (
        f'<a href="{BASE}/c/test?entry=menu">测试评选</a>的投票已经结束，结果以认定和公示为准。'
    )  # fmt: skip


# ---- 投 12


@pytest.mark.parametrize("typed", ["投 3", "投3", "投票 3", "3号", "３号", "3", "我要投3号", "我投 3"])
def test_a_candidate_is_a_card_that_leads_to_the_page(stage: Stage, chat: Follower, typed: str) -> None:
    campaign(stage)
    said = chat.writes(typed)
    assert (said["MsgType"], said["Title"], said["Url"]) == (
        "news",
        "3 号 候选人3｜测试评选",
        f"{BASE}/c/test/candidates/3?entry=menu",
    )
    assert said["Description"] == "单位3。一句话简介\n请点开页面投票，回复消息不算投票。"
    assert "PicUrl" not in said


def test_the_links_lead_somewhere(stage: Stage, chat: Follower) -> None:
    campaign(stage)
    for words in ("投票", "3"):
        assert chat.client.get(chat.writes(words)["Url"].removeprefix(BASE)).status_code == 200


def test_writing_a_number_casts_nothing(stage: Stage, chat: Follower) -> None:
    campaign(stage)
    chat.writes("投 3")
    state = stage.service.box.state("test")
    assert state is not None
    assert state.seq == 0
    assert stage.record() == 0


def test_an_unknown_number_names_the_range(stage: Stage, chat: Follower) -> None:
    campaign(stage)
    for typed, number in (("99", 99), ("投 0", 0)):
        assert chat.reads(typed) == f"没有 {number} 号候选人。“测试评选”共有 6 位候选人，编号在 1 到 6 之间。"


def test_a_number_in_several_campaigns_is_a_list(stage: Stage, chat: Follower) -> None:
    campaign(stage, "one")
    campaign(stage, "two", candidates=3)
    assert chat.reads("投 2").splitlines() == [
        "以下活动都有 2 号候选人：",
        f'· <a href="{BASE}/c/two/candidates/2?entry=menu">测试评选</a>',
        f'· <a href="{BASE}/c/one/candidates/2?entry=menu">测试评选</a>',
        "请点开页面查看和投票。",
    ]
    assert chat.writes("5")["Url"] == f"{BASE}/c/one/candidates/5?entry=menu"
    assert chat.reads("9").count("编号在 1 到") == 2


def test_many_long_titles_still_fit(stage: Stage, chat: Follower) -> None:
    for n in range(7):
        campaign(stage, f"a-campaign-with-a-very-long-slug-as-some-people-like-them-{n}")
        retitle(stage, f"a-campaign-with-a-very-long-slug-as-some-people-like-them-{n}", "评" * 80)
    for words in ("投票", "2", "99"):
        assert f'还有 2 个评选活动，请到<a href="{BASE}/">首页</a>查看。' in chat.reads(words).splitlines()
    assert chat.reads("公示")
    assert chat.client.get("/").status_code == 200


# ---- the example, with its photos and contact


@pytest.fixture
def example(tmp_path: Path, photo_shelf: Path, redis_url: str, stage: Stage) -> Follower:
    """The example campaign, open."""
    (tmp_path / "data" / "photos").symlink_to(photo_shelf)
    import_example(stage)
    stage.open(EXAMPLE)
    return chat_on(stage, redis_url, stage.service.clock)


def test_the_example_in_the_chat(example: Follower) -> None:
    shown = example.writes("投票")
    assert shown["Title"].startswith("云川市")
    assert shown["Title"].endswith("｜候选人展示与投票")
    assert 40 < len(shown["Description"]) <= 80
    person = example.writes("12号")
    for said in (shown, person):
        picture = example.client.get(said["PicUrl"].removeprefix(BASE))
        assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert shown["PicUrl"] != person["PicUrl"]
    said = example.reads("公示")
    assert "还没有发布公示公告" in said
    assert "受理部门：宣传教育部\n联系电话：0000-0000000\n电子邮箱：gongshi@example.org" in said


# ---- 公示


def test_without_contact_or_campaign_notices_are_answered_too(
    stage: Stage, chat: Follower, redis_url: str
) -> None:
    assert chat.reads("公示") == "还没有发布公示公告。"
    campaign(stage)
    assert chat_on(stage, redis_url, Standing()).reads("公示") == (
        f'<a href="{BASE}/c/test?entry=menu">测试评选</a>还没有发布公示公告，发布后可以在这里查到。'
    )


def test_notices_are_listed_once_there_are_any(stage: Stage, redis_url: str) -> None:
    def published() -> Sequence[PublishedNotice]:
        return [PublishedNotice("拟表彰名单公示", "/c/test/notices/1")]

    def many() -> Sequence[PublishedNotice]:
        return [*published()] * 7

    assert "还有 2 份，请到活动页面查看。" in chat_on(stage, redis_url, Standing(), notices=many).reads(
        "公示"
    )
    reader = chat_on(stage, redis_url, Standing(), notices=published)
    assert (
        reader.reads("公示")
        == f'公示公告：\n· <a href="{BASE}/c/test/notices/1?entry=menu">拟表彰名单公示</a>'
    )


# ---- 查验


def voted(stage: Stage) -> str:
    """A ballot for 2 and 5; its tracking code."""
    code: str = stage.voter().vote([2, 5]).get_json()["receipt"]["tracking_code"]
    return code


@pytest.fixture
def now_chat(stage: Stage, redis_url: str) -> Follower:
    """By the service's own clock, so that ballots can be cast."""
    stage.campaign()
    return chat_on(stage, redis_url, stage.service.clock)


def test_a_ballot_is_followed_from_stage_to_stage(stage: Stage, now_chat: Follower) -> None:
    code = voted(stage)
    link = f'<a href="{BASE}/r/{code}">查看回执</a>'
    assert now_chat.reads(f"查验 {code}") == (
        f"查验码 {code}\n选票已投出：已存入票箱，等待入账。\n计票情况：已计入。\n{link}"
    )
    stage.record()
    published = (
        f"查验码 {code}\n选票已公开：签名的检查点已涵盖这张选票，任何人都能核对。\n计票情况：已计入。\n{link}"
    )
    wide = code.translate({ord(c): ord(c) + 0xFEE0 for c in code})
    for typed in (
        f"查验{code.lower()}",
        f"查验 {code.replace('-', ' ')}",
        f"查验　{wide}",
        code,
        code.replace("-", "").lower(),
    ):
        assert now_chat.reads(typed) == published


def test_whom_a_ballot_names_is_not_in_the_chat(stage: Stage, now_chat: Follower) -> None:
    said = now_chat.reads(f"查验 {voted(stage)}")
    assert "候选人" not in said
    assert "单位" not in said


def test_a_held_ballot_is_said_to_be_held(stage: Stage, redis_url: str) -> None:
    # A minute, the longest there is: on a busy machine the default second and a bit had passed before the ballot came.
    stage.campaign(policy={"min_dwell_ms": 60_000, "actions": {"dwell": "hold", "automation": "allow"}})
    reader = chat_on(stage, redis_url, stage.service.clock)
    said = reader.reads(f"查验 {voted(stage)}")
    assert "计票情况：待核，暂不计入票数，理由见回执页。您不必做什么。" in said


def test_codes_that_are_none(now_chat: Follower) -> None:
    assert now_chat.reads("查验 7QK2-M3XD-9ABC-DEFG") == "没有查到这个查验码，请对照回执核对后再试。"
    assert now_chat.reads("查验 你好") == "查验码由 16 位字母和数字组成，请对照回执核对后再试。"
    assert now_chat.reads("查验").startswith("请回复“查验”和回执上的查验码")


# ---- everything else


def test_anything_else_is_helped(stage: Stage, chat: Follower) -> None:
    for words in ("帮助", "你好", "<b>]]></Content>", "投票" * 200):
        assert chat.reads(words).startswith(HELP)
    for kind in ("image", "voice", "video", "location", "link"):
        assert chat.hands_in(chat.sender.kind(kind))["Content"].startswith(HELP)
    assert chat.hands_in(chat.sender.kind("a_kind_of_tomorrow")) == {}
    assert "回复消息不算投票" in chat.reads("帮助")


def test_events(stage: Stage, chat: Follower) -> None:
    campaign(stage)
    card = f"{BASE}/c/test/candidates/3?entry=menu"
    welcome = chat.does("subscribe")["Content"]
    assert welcome.startswith("您好，这里可以查看评选活动、候选人和选票。\n" + HELP)
    assert "关注" not in welcome
    for event, key in (
        ("subscribe", "qrscene_p3"),
        ("SCAN", "p3"),
        ("SCAN", "3"),
        ("CLICK", "3号"),
        ("CLICK", "投 3"),
    ):
        assert chat.does(event, key)["Url"] == card, (event, key)
    assert chat.does("subscribe", "last_trade_no_4006332001")["Content"] == welcome
    assert chat.does("SCAN", "hall-entrance")["Url"] == f"{BASE}/c/test?entry=menu"
    assert chat.does("CLICK", "投票")["Url"] == f"{BASE}/c/test?entry=menu"
    assert "没有 99 号候选人" in chat.does("SCAN", "p99")["Content"]
    for event in ("unsubscribe", "VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "debug_demo"):
        assert chat.does(event, f"{BASE}/c/test") == {}


def test_in_secure_mode_all_the_same(stage: Stage, redis_url: str) -> None:
    campaign(stage)
    sealed = chat_on(stage, redis_url, Standing(), key=aes_key(AES))
    assert sealed.writes("投 3")["Url"] == f"{BASE}/c/test/candidates/3?entry=menu"


# ---- the address


def test_the_console_can_check_the_address(chat: Follower) -> None:
    query = chat.sender.signed() | {"echostr": "4375120948345356249"}
    answer = chat.client.get("/wechat/messages", query_string=query)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "4375120948345356249", "text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
    refused = chat.client.get("/wechat/messages", query_string=query | {"signature": "0"})
    assert (refused.status_code, refused.text) == (403, "refused")


def test_without_an_account_there_is_no_such_address(stage: Stage, chat: Follower) -> None:
    del chat.client.application.extensions["wechat_messages"]
    delivery = chat.sender.text("投票")
    assert chat.client.get("/wechat/messages").status_code == 404
    assert chat.client.post(delivery.url, data=delivery.body).status_code == 404


Change = Callable[[Delivery], Delivery]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda d: Delivery(d.query, d.body + b" " * 65_536), 413),
        (lambda d: Delivery(d.query | {"signature": "0" * 40}, d.body), 403),
        (lambda d: Delivery({}, d.body), 403),
        (lambda d: Delivery(d.query, b'<!DOCTYPE x [<!ENTITY a "b">]>' + d.body), 403),
        (lambda d: Delivery(d.query, b"\0" + d.body), 403),
        (lambda d: Delivery(d.query, b""), 403),
        (lambda d: Delivery(d.query, json.dumps({"MsgType": "text"}).encode()), 403),
    ],
)
def test_what_is_not_the_platforms_is_refused(chat: Follower, change: Change, status: int) -> None:
    delivery = change(chat.sender.text("投票"))
    assert chat.client.post(delivery.url, data=delivery.body).status_code == status


def test_other_methods_are_none(chat: Follower) -> None:
    assert chat.client.put("/wechat/messages").status_code == 405


# ---- what is away, and what is never written


def test_with_redis_gone_the_campaign_is_still_shown(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "own-redis") as server:
        stage = Stage(make_service(tmp_path / "data", redis_url=server.url))
        stage.campaign()
        reader = chat_on(stage, server.url, stage.service.clock)
        code = "查验 7QK2-M3XD-9ABC-DEFG"
        assert reader.reads(code).startswith("没有查到")
    assert reader.writes("投票")["Url"] == f"{BASE}/c/test?entry=menu"
    assert reader.writes("3")["Url"] == f"{BASE}/c/test/candidates/3?entry=menu"
    assert reader.reads(code) == "现在查不了选票，请过几分钟再试。"
    stage.strike()


def test_nobody_is_named_in_the_log_or_in_redis(
    stage: Stage, now_chat: Follower, redis_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    words = "我是丙班的，手机在心里"
    now_chat.writes(words)
    now_chat.does("SCAN", "p3")
    wrong = now_chat.sender.text(words)
    now_chat.client.post(wrong.url, data=wrong.body[:-9])
    captured = capfd.readouterr()
    written = RedisMemory(redis_url).everything() + captured.out + captured.err
    assert "wechat_message_refused" in written
    for secret in (SENDER, words, TOKEN):
        assert secret not in written
