"""The stand-in for WeChat's platform keeps its behaviour list: messages, followers, codes to scan, page signatures."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from tests.wechat_platform import AES_KEY, APP_ID, SECRET, TOKEN, FakePlatform
from tools.wechat_platform import message_crypto, page_signatures
from tools.wechat_platform.chats import linked
from tools.wechat_platform.replies import OUT_OF_ORDER

ZERO_KEY, ZERO_APP = "A" * 43, "wxba5fad812f8e6fb9"
OFFICIAL_MESSAGE = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740"
    "XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7m"
    "StwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
OFFICIAL_REPLY = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="


class Received(NamedTuple):
    """One request to the account's server."""

    method: str
    query: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        """Of its XML."""
        return fields_of(self.body)


Answering = Callable[[Received], bytes | int | None]
"""A body, a status, or None to hang up; whoever sleeps is late."""


@contextmanager
def account_server(answering: Answering) -> Iterator[tuple[str, list[Received]]]:
    """The server of an account, as small as can be."""
    received: list[Received] = []

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            received.append(Received(self.command, query, body))
            given = answering(received[-1])
            if given is None:
                self.close_connection = True
                return
            with contextlib.suppress(OSError):  # where the platform did not wait
                self.send_response(given if isinstance(given, int) else 200)
                self.end_headers()
                self.wfile.write(b"" if isinstance(given, int) else given)

        def do_GET(self) -> None:
            self._any()

        def do_POST(self) -> None:
            self._any()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fields_of(xml: bytes) -> dict[str, str]:
    """Flat XML."""
    return {child.tag: child.text or "" for child in ElementTree.fromstring(xml)}


def text_reply(message: dict[str, str], text: str) -> bytes:
    """A plain text reply."""
    return (
        f"<xml><ToUserName><![CDATA[{message['FromUserName']}]]></ToUserName><FromUserName><![CDATA["
        f"{message['ToUserName']}]]></FromUserName><CreateTime>1</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content></xml>"
    ).encode()


def news_reply(message: dict[str, str], url: str, count: int = 1) -> bytes:
    """Cards."""
    item = f"<item><Title>投票</Title><Description>说明</Description><PicUrl></PicUrl><Url>{url}</Url></item>"
    return (
        f"<xml><ToUserName>{message['FromUserName']}</ToUserName><FromUserName>{message['ToUserName']}</FromUserName>"
        f"<CreateTime>1</CreateTime><MsgType>news</MsgType><ArticleCount>{count}</ArticleCount>"
        f"<Articles>{item * count}</Articles></xml>"
    ).encode()


def sealed(xml: bytes, *, key: str = AES_KEY, app_id: str = APP_ID, token: str = TOKEN) -> bytes:
    """A reply in its envelope."""
    encrypted = message_crypto.encrypt(key, app_id, xml)
    signature = message_crypto.signature(token, "17", "nonce", encrypted)
    return (
        f"<xml><Encrypt>{encrypted}</Encrypt><MsgSignature>{signature}</MsgSignature>"
        "<TimeStamp>17</TimeStamp><Nonce>nonce</Nonce></xml>"
    ).encode()


def opened(received: Received) -> dict[str, str]:
    """What was sent in safe mode."""
    return fields_of(message_crypto.decrypt(AES_KEY, APP_ID, received.fields["Encrypt"]))


# ---- vectors


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("AAAAA", "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("AAAAA", "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (("AAAAA", "1714112445", "415670741", OFFICIAL_MESSAGE), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        (("AAAAA", "1713424427", "415670741", OFFICIAL_REPLY), "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"),
    ],
)
def test_published_signatures(parts: tuple[str, ...], expected: str) -> None:
    assert message_crypto.signature(*parts) == expected


def test_published_ciphertexts() -> None:
    opened_message = message_crypto.decrypt(ZERO_KEY, ZERO_APP, OFFICIAL_MESSAGE)
    assert len(opened_message) == 167
    assert b'"Event":"debug_demo"' in opened_message
    reply = message_crypto.encrypt(ZERO_KEY, ZERO_APP, b'{"demo_resp":"good luck"}', b"707722b803182950")
    assert reply == OFFICIAL_REPLY
    with pytest.raises(ValueError, match="not this account's"):
        message_crypto.decrypt(ZERO_KEY, APP_ID, OFFICIAL_MESSAGE)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://mp.weixin.qq.com", "f4d90daf4b3bca3078ab155816175ba34c443a7b"),
        ("http://mp.weixin.qq.com?params=value", "0f9de62fce790f9a083d5c99e95740ceb90c27ed"),
    ],
)
def test_published_page_signatures(url: str, expected: str) -> None:
    published = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    assert page_signatures.sign(published, "Wm3WZYTPz0wzccnW", "1414587457", url) == expected


# ---- the server's address


def test_saving_the_address_wants_the_echo(platform: FakePlatform) -> None:
    def echo(received: Received) -> bytes:
        query = received.query
        assert query["signature"] == message_crypto.signature(TOKEN, query["timestamp"], query["nonce"])
        return query["echostr"].encode()

    with account_server(echo) as (url, received):
        platform.control("apps", messages_url=f"{url}/wechat/messages")
        assert platform.control("verify-url")["ok"]
    assert [one.method for one in received] == ["GET"]
    with account_server(lambda received: received.query["echostr"].encode() + b"\n") as (url, _received):
        platform.control("apps", messages_url=url)
        assert not platform.control("verify-url")["ok"]


# ---- sending


def test_a_plain_message_and_its_reply(platform: FakePlatform) -> None:
    with account_server(lambda received: text_reply(received.fields, "你好 <b>")) as (url, received):
        platform.control("apps", messages_url=url, mode="plain")
        delivery = platform.push("lisi", "投票 ]]> <x>")
    (one,) = received
    assert set(one.query) == {"signature", "timestamp", "nonce", "openid"}
    assert one.query["signature"] == message_crypto.signature(
        TOKEN, one.query["timestamp"], one.query["nonce"]
    )
    assert one.fields["Content"] == "投票 ]]> <x>"
    assert one.fields["FromUserName"] == one.query["openid"] == platform.openid("lisi")
    assert int(one.fields["MsgId"]) < 2**64
    assert (delivery["reply"]["kind"], delivery["reply"]["seen"]) == ("text", "你好 <b>")
    assert delivery["reply"]["flags"] == []


def test_a_safe_message_and_its_reply(platform: FakePlatform) -> None:
    with account_server(lambda received: sealed(text_reply(opened(received), "收到"))) as (url, received):
        platform.control("apps", messages_url=url, mode="safe")
        delivery = platform.push("lisi", "投 12")
    (one,) = received
    assert set(one.fields) == {"ToUserName", "Encrypt"}
    assert one.query["encrypt_type"] == "aes"
    signed = (TOKEN, one.query["timestamp"], one.query["nonce"], one.fields["Encrypt"])
    assert one.query["msg_signature"] == message_crypto.signature(*signed)
    assert opened(one)["Content"] == "投 12"
    assert delivery["reply"]["seen"] == "收到"


def test_the_compatible_mode_sends_both_and_takes_either(platform: FakePlatform) -> None:
    replies = [
        lambda received: text_reply(received.fields, "明文"),
        lambda received: sealed(text_reply(received.fields, "密文")),
    ]
    for reply, seen in zip(replies, ["明文", "密文"], strict=True):
        with account_server(reply) as (url, received):
            platform.control("apps", messages_url=url, mode="compatible")
            assert platform.push("lisi", "公示")["reply"]["seen"] == seen
        assert received[0].fields["Content"] == opened(received[0])["Content"] == "公示"


@pytest.mark.parametrize("silence", [b"", b"success"])
def test_no_reply_shows_nothing(platform: FakePlatform, silence: bytes) -> None:
    with account_server(lambda _received: silence) as (url, received):
        platform.control("apps", messages_url=url)
        reply = platform.push("lisi", "hi")["reply"]
    assert (reply["kind"], reply["seen"], len(received)) == ("none", "", 1)


def test_three_attempts_with_one_message_id(platform: FakePlatform) -> None:
    def late_once(received: Received) -> bytes | int:
        tries.append(received.query["nonce"])
        if len(tries) == 1:
            over.wait(60)
        return 500 if len(tries) == 2 else text_reply(received.fields, "第三次")

    tries: list[str] = []
    over = threading.Event()
    with account_server(late_once) as (url, received):
        platform.control("apps", messages_url=url, mode="plain")
        delivery = platform.push("lisi", "投票", timeout_s=2)
        over.set()
    assert [attempt["flag"] for attempt in delivery["attempts"]] == ["late", "status", ""]
    assert len({one.fields["MsgId"] for one in received}) == 1
    assert len({one.fields["CreateTime"] for one in received}) == 1
    assert len(set(tries)) == 3
    assert delivery["reply"]["seen"] == "第三次"
    assert delivery["reply"]["flags"] == ["late", "status"]


def test_a_server_that_never_answers(platform: FakePlatform) -> None:
    with account_server(lambda _received: None) as (url, received):
        platform.control("apps", messages_url=url)
        delivery = platform.push("lisi", "投票")
    assert len(received) == len(delivery["attempts"]) == 3
    assert (delivery["reply"]["seen"], delivery["reply"]["flags"]) == (OUT_OF_ORDER, ["unreachable"])


def test_the_time_is_for_the_whole_answer(platform: FakePlatform) -> None:
    """A server that sends its head at once and its body never is as late as any."""
    stop = threading.Event()

    class Dripping(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            while not stop.wait(0.1):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        platform.control("apps", messages_url=f"http://127.0.0.1:{server.server_port}")
        delivery = platform.push("lisi", "投票", timeout_s=0.4)
    finally:
        stop.set()
        server.shutdown()
        thread.join()
        server.server_close()
    assert [attempt["flag"] for attempt in delivery["attempts"]] == ["late"] * 3


BAD_REPLIES: dict[str, Callable[[dict[str, str]], bytes]] = {
    "json": lambda _m: b'{"text": "hi"}',
    "not XML": lambda _m: b"<xml><ToUserName>",
    "a DTD": lambda m: b'<!DOCTYPE xml [<!ENTITY a "b">]>' + text_reply(m, "x"),
    "root is not": lambda m: text_reply(m, "x").replace(b"xml>", b"reply>"),
    "ToUserName": lambda m: text_reply(m | {"FromUserName": "somebody"}, "x"),
    "FromUserName": lambda m: text_reply(m | {"ToUserName": "gh_other"}, "x"),
    "CreateTime": lambda m: text_reply(m, "x").replace(b"<CreateTime>1", b"<CreateTime>now"),
    "MsgType": lambda m: text_reply(m, "x").replace(b"[text]", b"[dance]"),
    "Content is empty": lambda m: text_reply(m, ""),
    "Content is longer": lambda m: text_reply(m, "投" * 683),
    "ArticleCount": lambda m: news_reply(m, "http://a.example/").replace(b"Count>1", b"Count>2"),
    "lacks Title": lambda m: news_reply(m, ""),
}


@pytest.mark.parametrize("flag", BAD_REPLIES)
def test_a_reply_that_cannot_be_read_is_flagged(platform: FakePlatform, flag: str) -> None:
    with account_server(lambda received: BAD_REPLIES[flag](received.fields)) as (url, _received):
        platform.control("apps", messages_url=url, mode="plain")
        reply = platform.push("lisi", "hi")["reply"]
    assert reply["seen"] == OUT_OF_ORDER
    assert flag in reply["flags"][0]


@pytest.mark.parametrize(
    ("reply", "flag"),
    [
        (lambda xml: xml, "plain reply in safe mode"),
        (lambda xml: sealed(xml, token="another"), "wrong MsgSignature"),
        (lambda xml: sealed(xml, app_id=ZERO_APP), "cannot be decrypted"),
        (lambda xml: sealed(xml, key=ZERO_KEY), "cannot be decrypted"),
    ],
)
def test_safe_mode_takes_only_what_is_sealed_for_it(
    platform: FakePlatform, reply: Callable[[bytes], bytes], flag: str
) -> None:
    with account_server(lambda received: reply(text_reply(opened(received), "x"))) as (url, _received):
        platform.control("apps", messages_url=url, mode="safe")
        assert flag in platform.push("lisi", "hi")["reply"]["flags"][0]


def test_cards(platform: FakePlatform) -> None:
    with account_server(lambda received: news_reply(received.fields, "http://a.example/c/x", 2)) as (url, _r):
        platform.control("apps", messages_url=url, mode="plain")
        reply = platform.push("lisi", "投票")["reply"]
    assert [article["url"] for article in reply["articles"]] == ["http://a.example/c/x"]
    assert reply["flags"] == ["only the first article is shown"]
    with account_server(lambda received: news_reply(received.fields, "javascript:alert(1)")) as (url, _r):
        platform.control("apps", messages_url=url)
        reply = platform.push("lisi", "投票")["reply"]
    assert (reply["articles"][0]["url"], reply["flags"]) == ("", ["the link is not http(s)"])


def test_the_same_message_twice(platform: FakePlatform) -> None:
    with account_server(lambda _received: b"success") as (url, received):
        platform.control("apps", messages_url=url, mode="plain")
        for _ in range(2):
            platform.push("lisi", "投票", fields={"MsgId": "23"})
    assert [one.fields["MsgId"] for one in received] == ["23", "23"]


def test_what_would_be_sent(platform: FakePlatform) -> None:
    platform.control("apps", messages_url="", mode="plain")
    delivery = platform.push("lisi", "投票", deliver=False)
    assert fields_of(delivery["request"]["body"].encode())["Content"] == "投票"
    assert delivery["attempts"] == []


# ---- followers and codes to scan


def token(platform: FakePlatform) -> str:
    """The account's."""
    given = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    return str(platform.post("/cgi-bin/stable_token", given).json["access_token"])


def create(platform: FakePlatform, **document: Any) -> dict[str, Any]:
    """A code to scan."""
    return platform.post("/cgi-bin/qrcode/create", document, access_token=token(platform)).json


def scene(action: str, **value: Any) -> dict[str, Any]:
    """What a code is asked for with."""
    return {"action_name": action, "action_info": {"scene": value}}


def test_following_and_leaving(platform: FakePlatform) -> None:
    def told() -> dict[str, Any]:
        query = {"access_token": token(platform), "openid": platform.openid("lisi"), "lang": "zh_CN"}
        return platform.get("/cgi-bin/user/info", **query).json

    with account_server(lambda _received: b"success") as (url, received):
        platform.control("apps", messages_url=url, mode="plain")
        assert told() == {"subscribe": 0, "openid": platform.openid("lisi"), "tagid_list": []}
        platform.push("lisi", event="subscribe")
        assert (told()["subscribe"], told()["subscribe_scene"], told()["nickname"]) == (
            1,
            "ADD_SCENE_SEARCH",
            "",
        )
        platform.push("lisi", event="unsubscribe")
        assert told()["subscribe"] == 0
    assert [one.fields["Event"] for one in received] == ["subscribe", "unsubscribe"]
    assert all("MsgId" not in one.fields for one in received)
    stranger = platform.get("/cgi-bin/user/info", access_token=token(platform), openid="o" * 28).json
    assert stranger["errcode"] == 40003
    assert platform.get("/cgi-bin/user/info", openid="x").json["errcode"] == 41001


def test_scanning_a_code(platform: FakePlatform) -> None:
    code = create(platform, expire_seconds=600, **scene("QR_STR_SCENE", scene_str="p12"))
    assert (code["expire_seconds"], code["url"].startswith(platform.url)) == (600, True)
    picture = platform.get("/cgi-bin/showqrcode", ticket=code["ticket"])
    assert (picture.status, picture.body[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    assert platform.get("/cgi-bin/showqrcode", ticket="x").status == 404
    with account_server(lambda _received: b"success") as (url, received):
        platform.control("apps", messages_url=url, mode="plain")
        platform.push("lisi", scan=code["ticket"])
        platform.push("lisi", scan=code["ticket"])
    told = [(one.fields["Event"], one.fields["EventKey"], one.fields["Ticket"]) for one in received]
    assert told == [("subscribe", "qrscene_p12", code["ticket"]), ("SCAN", "p12", code["ticket"])]
    query = {"access_token": token(platform), "openid": platform.openid("lisi")}
    follower = platform.get("/cgi-bin/user/info", **query).json
    assert (follower["subscribe_scene"], follower["qr_scene_str"]) == ("ADD_SCENE_QR_CODE", "p12")
    platform.forward(601)
    assert platform.get("/cgi-bin/showqrcode", ticket=code["ticket"]).status == 404


def test_kinds_of_codes(platform: FakePlatform) -> None:
    assert create(platform, **scene("QR_SCENE", scene_id=2**32 - 1))["expire_seconds"] == 60
    assert "expire_seconds" not in create(platform, **scene("QR_LIMIT_SCENE", scene_id=100_000))
    assert "ticket" in create(platform, **scene("QR_LIMIT_STR_SCENE", scene_str="投" * 64))


@pytest.mark.parametrize(
    ("document", "errcode"),
    [
        (scene("QR_OTHER", scene_str="a"), 40052),
        (scene("QR_SCENE", scene_id=0), 40053),
        (scene("QR_SCENE", scene_id=2**32), 40053),
        (scene("QR_LIMIT_SCENE", scene_id=100_001), 40053),
        (scene("QR_STR_SCENE", scene_str="a" * 65), 40053),
        (scene("QR_STR_SCENE", scene_str="a") | {"expire_seconds": 2_592_001}, 40053),
        ({"action_name": "QR_SCENE"}, 47001),
    ],
)
def test_a_wrong_code_is_refused(platform: FakePlatform, document: dict[str, Any], errcode: int) -> None:
    assert create(platform, **document)["errcode"] == errcode


def test_codes_have_a_quota(platform: FakePlatform) -> None:
    platform.control("quotas", name="/cgi-bin/qrcode/create", day=1)
    answers = [create(platform, **scene("QR_SCENE", scene_id=1)) for _ in range(3)]
    assert answers[-1]["errcode"] == 45009


# ---- page signatures


def test_a_page_signature_is_checked_with_the_tickets_of_now(platform: FakePlatform) -> None:
    def verdict(url: str, signature: str) -> str:
        query = {"url": url, "noncestr": "n", "timestamp": "1", "signature": signature}
        told = platform.control("verify-signature", method="GET", **query)
        return "ok" if told["ok"] else str(told["error"])

    url = "http://127.0.0.1:8000/c/test?s=1"
    asked = {"access_token": token(platform), "type": "jsapi"}
    ticket = platform.get("/cgi-bin/ticket/getticket", **asked).json["ticket"]
    signature = sha1(f"jsapi_ticket={ticket}&noncestr=n&timestamp=1&url={url}".encode()).hexdigest()
    assert verdict(url, signature) == "ok"
    assert verdict(url + "#part", signature) == "ok"
    assert verdict(url + "&from=timeline", signature) == "invalid signature"
    assert verdict("http://elsewhere.example/", signature) == "invalid url domain"
    platform.control("apps", js_domains=["example.org"])
    assert verdict("http://vote.example.org/", signature) == "invalid signature"
    assert verdict("http://voteexample.org/", signature) == "invalid url domain"
    platform.control("apps", js_domains=["127.0.0.1"])
    platform.forward(7201)
    assert verdict(url, signature) == "invalid signature"


# ---- the console


def test_the_chat_escapes_and_links_only_the_web() -> None:
    text = '<b>1 & 2</b> <a href="https://a.example/?x=1&y=2">看 <i></a> <a href="javascript:alert(1)">x</a> http://b.example/c。'
    shown = str(linked(text))
    assert shown == (
        "&lt;b&gt;1 &amp; 2&lt;/b&gt; "
        '<a href="https://a.example/?x=1&amp;y=2" rel="noreferrer">看 &lt;i&gt;</a> '
        "&lt;a href=&#34;javascript:alert(1)&#34;&gt;x&lt;/a&gt; "
        '<a href="http://b.example/c" rel="noreferrer">http://b.example/c</a>。'
    )


def test_the_console_takes_no_orders_from_other_pages(platform: FakePlatform) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    order = b"name=refuse&on=1"
    assert platform.ask("POST", "/fault", order, form | {"Origin": "http://evil.example"}).status == 403
    assert platform.ask("POST", "/fault", order, form | {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert platform.control("switches", method="GET")["on"] == []
    assert platform.ask("POST", "/fault", order, form | {"Origin": platform.url}).status == 303
    assert [one["name"] for one in platform.control("switches", method="GET")["on"]] == ["refuse"]
