"""XML from a stranger becomes plain values or one clear error; replies are XML whatever their words are."""

from __future__ import annotations

import tracemalloc
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.wechat.message_crypto import BadMessage, aes_key, decrypt, is_signed
from voting_service.wechat.messages import (
    MOST_BYTES,
    Message,
    NewsReply,
    Reply,
    TextReply,
    message_of,
    read_xml,
    reply_from_json,
    reply_to_json,
    reply_xml,
    sealed_xml,
)

SENDER = "o_made_up_sender_0000000000A"
TEXT = f"""<xml>
<ToUserName><![CDATA[gh_example]]></ToUserName>
<FromUserName><![CDATA[{SENDER}]]></FromUserName>
<CreateTime>1714112445</CreateTime>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[投票 <b> ]]]]><![CDATA[> & 12]]></Content>
<MsgId>6054768590064713728</MsgId>
</xml>"""
SCAN = f"""<xml><ToUserName>gh_example</ToUserName><FromUserName>{SENDER}</FromUserName><CreateTime>7</CreateTime>
<MsgType>event</MsgType><Event>SCAN</Event><EventKey>p12</EventKey><Ticket>gQH47joAAAAAAAAAASxodHRwOi8</Ticket></xml>"""


def why(body: bytes | str) -> str:
    """What is wrong with a body, in our own words."""
    with pytest.raises(BadMessage) as caught:
        message_of(read_xml(body if isinstance(body, bytes) else body.encode()))
    return caught.value.why


def test_a_text_is_read() -> None:
    assert message_of(read_xml(TEXT.encode())) == Message(
        "gh_example", SENDER, 1714112445, "text", "投票 <b> ]]> & 12", message_id="6054768590064713728"
    )


def test_a_scan_is_read() -> None:
    assert message_of(read_xml(SCAN.encode())) == Message(
        "gh_example", SENDER, 7, "event", event="scan", event_key="p12"
    )


def test_what_is_nested_or_unknown_is_left_alone() -> None:
    body = TEXT.replace(
        "<MsgId>", "<ScanCodeInfo><ScanResult>x</ScanResult></ScanCodeInfo><New>1</New><MsgId>"
    )
    assert message_of(read_xml(body.encode())).message_id == "6054768590064713728"


def test_who_wrote_and_what_is_in_no_repr() -> None:
    shown = repr(message_of(read_xml(TEXT.encode())))
    assert SENDER not in shown
    assert "投票" not in shown
    assert "p12" not in repr(message_of(read_xml(SCAN.encode())))


# ---- attacks

LAUGHS = (
    "<!DOCTYPE lolz [<!ENTITY lol 'lol'>"
    + "".join(f"<!ENTITY lol{n + 1} '{f'&lol{n or str()};' * 10}'>" for n in range(9))
    + "]>"
)
QUADRATIC = f"<!DOCTYPE x [<!ENTITY a '{'a' * 20_000}'>]>"


@pytest.mark.parametrize(
    "attack",
    [
        LAUGHS + TEXT.replace("投票", "]]>&lol9;<![CDATA["),
        QUADRATIC + TEXT.replace("投票", "]]>" + "&a;" * 5000 + "<![CDATA["),
        '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
        + TEXT.replace("投票", "]]>&file;<![CDATA["),
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + TEXT,
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]>' + TEXT,
        "<!DOCTYPE xml>" + TEXT,
    ],
    ids=[
        "billion laughs",
        "quadratic",
        "external entity",
        "external DTD",
        "parameter entity",
        "bare DOCTYPE",
    ],
)
def test_a_dtd_is_refused_before_anything_is_expanded(attack: str) -> None:
    tracemalloc.start()
    try:
        assert why(attack) == "a DTD or an entity"
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "not XML in UTF-8"),
        (b"hello", "not XML in UTF-8"),
        (b"\0" + TEXT.encode(), "not XML in UTF-8"),
        (TEXT.replace("投票", "\0").encode(), "not XML in UTF-8"),
        (TEXT.replace("投票", "\x1b").encode(), "not XML in UTF-8"),
        (TEXT.replace("投票", "]]>&#0;<![CDATA[").encode(), "not XML in UTF-8"),
        (TEXT.replace("投票", "]]>&nbsp;<![CDATA[").encode(), "not XML in UTF-8"),
        (TEXT.encode()[:-4], "not XML in UTF-8"),
        (TEXT.encode() * 2, "not XML in UTF-8"),
        (TEXT.replace("投票", "你好").encode("gb18030"), "not XML in UTF-8"),
        (TEXT.encode("utf-16"), "not XML in UTF-8"),
        (TEXT.encode().replace(b"12]]", b"\xff\xfe]]"), "not XML in UTF-8"),
        (b'{"ToUserName": "gh_example"}', "JSON, where the account must be set to XML"),
        (b" " * (MOST_BYTES + 1), "too large"),
        (TEXT.replace("xml>", "html>").encode(), "not one flat <xml>"),
        (TEXT.replace("<MsgId>", "<MsgType>image</MsgType><MsgId>").encode(), "not one flat <xml>"),
        (b"<xml/>", "ToUserName, FromUserName, CreateTime or MsgType is missing"),
        (TEXT.replace("1714112445", "soon").encode(), "ToUserName, FromUserName, CreateTime or MsgType is missing"),
        (TEXT.replace("1714112445", "-1").encode(), "ToUserName, FromUserName, CreateTime or MsgType is missing"),
        (TEXT.replace("1714112445", "1" * 5000).encode(), "ToUserName, FromUserName, CreateTime or MsgType is missing"),
        (TEXT.replace(SENDER, "").encode(), "ToUserName, FromUserName, CreateTime or MsgType is missing"),
        (SCAN.replace("SCAN", "").encode(), "an event without a name"),
        (TEXT.replace(SENDER, "o" * 1000).encode(), "a name that is too long"),
        (b"<xml>" + b"<a>" * 20_000, "not XML in UTF-8"),
    ],
)  # fmt: skip
def test_every_wrong_shape_is_one_clear_error(body: bytes, expected: str) -> None:
    assert why(body) == expected


def test_a_declared_encoding_has_no_say() -> None:
    body = '<?xml version="1.0" encoding="utf-7"?>' + TEXT
    assert message_of(read_xml(body.encode())).kind == "text"


def test_deep_nesting_is_survived() -> None:
    deep = b"<a>" * 9_000 + b"</a>" * 9_000
    assert "a" in read_xml(b"<xml>" + deep + b"</xml>")


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with pytest.raises(BadMessage):
        message_of(read_xml(body))


# ---- replies

TO = message_of(read_xml(TEXT.encode()))


def parsed(body: bytes) -> ET.Element:
    """As the platform would read it."""
    return ET.fromstring(body)


def test_a_text_reply_is_what_the_platform_documents() -> None:
    assert reply_xml(TextReply("你好"), TO, 1714112446).decode() == (
        f"<xml><ToUserName><![CDATA[{SENDER}]]></ToUserName><FromUserName><![CDATA[gh_example]]></FromUserName>"
        "<CreateTime>1714112446</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content></xml>"
    )


def test_a_card_has_one_article_with_its_four_parts() -> None:
    card = NewsReply(
        "标题", "说明", "https://vote.example.org/photos/a.jpg", "https://vote.example.org/c/x?entry=menu&a=1"
    )
    root = parsed(reply_xml(card, TO, 1))
    assert [(part.tag, part.text) for part in root.findall("./Articles/item/*")] == [
        ("Title", "标题"),
        ("Description", "说明"),
        ("PicUrl", "https://vote.example.org/photos/a.jpg"),
        ("Url", "https://vote.example.org/c/x?entry=menu&a=1"),
    ]
    assert (root.findtext("MsgType"), root.findtext("ArticleCount")) == ("news", "1")


def test_a_card_without_a_picture_names_none() -> None:
    assert b"PicUrl" not in reply_xml(NewsReply("a", "b", "", "c"), TO, 1)


@given(st.text(max_size=80).map(lambda text: text + "]]>" + text + "]]]]>>"))
def test_no_words_break_out_of_a_reply(words: str) -> None:
    root = parsed(reply_xml(TextReply(words), TO, 1))
    assert [child.tag for child in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    written = "".join(
        c
        for c in words
        if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )
    assert root.findtext("Content") == written.replace("\r\n", "\n").replace("\r", "\n")


def test_a_sender_of_any_name_stays_inside_their_element() -> None:
    odd = message_of(read_xml(TEXT.replace(f"[{SENDER}]", "[a]]]]><![CDATA[></ToUserName><x>]").encode()))
    root = parsed(reply_xml(TextReply("ok"), odd, 1))
    assert root.findtext("ToUserName") == "a]]></ToUserName><x>"
    assert root.find("x") is None


@pytest.mark.parametrize("reply", [TextReply("你好 ]]> <b>"), NewsReply("a", "b", "", "c"), None])
def test_a_reply_is_kept_without_whom_it_goes_to(reply: Reply | None) -> None:
    assert reply_from_json(reply_to_json(reply)) == reply


@pytest.mark.parametrize("kept", ["{", "{}", '{"content": "a", "more": "b"}', "[]", '"x"'])
def test_what_is_no_kept_reply_is_a_plain_error(kept: str) -> None:
    with pytest.raises(ValueError):
        reply_from_json(kept)


def test_a_sealed_reply_is_signed_and_readable() -> None:
    key, plain = aes_key("A" * 43), reply_xml(TextReply("你好"), TO, 1)
    root = parsed(
        sealed_xml(
            plain,
            token="AAAAA",
            key=key,
            app_id="wxba5fad812f8e6fb9",
            timestamp="1714112446",
            nonce="415670741",
        )
    )
    said = {child.tag: child.text or "" for child in root}
    assert [*said] == ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]
    assert is_signed(said["MsgSignature"], "AAAAA", said["TimeStamp"], said["Nonce"], said["Encrypt"])
    assert decrypt(said["Encrypt"], key, "wxba5fad812f8e6fb9") == plain
