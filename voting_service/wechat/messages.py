"""A message as the account gets it and a reply as it goes back: XML to plain values and plain values to XML. Pure.

Accounts set to JSON are not supported: the console has the choice under 消息数据格式, and XML is its default.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .message_crypto import BadMessage, encrypt, signature

MOST_BYTES = 64 * 1024
"""A message is a few hundred bytes; the app takes no longer body anyway."""
_LONGEST_NAME = 128
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Message:
    """One message or event. Who sent it and what they wrote is in no ``repr``, so that no log and no traceback has it."""

    recipient: str
    """The account's own id, ``gh_…``."""
    sender: str = field(repr=False)
    """The sender's openid; only the envelope of the reply needs it."""
    created_s: int
    kind: str
    """``text``, ``image``, ``voice``, ``event`` …"""
    content: str = field(default="", repr=False)
    event: str = ""
    event_key: str = field(default="", repr=False)
    message_id: str = field(default="", repr=False)
    """Empty for events."""


@dataclass(frozen=True)
class TextReply:
    """Words, with ``<a href>`` links where there are any."""

    content: str


@dataclass(frozen=True)
class NewsReply:
    """One card: title, description, picture, and where a tap leads."""

    title: str
    description: str
    picture_url: str
    """Empty for none."""
    url: str


Reply = TextReply | NewsReply


def read_xml(body: bytes) -> dict[str, str]:
    """Element name → text of a flat ``<xml>`` document; what is nested in an element is left out. Raises BadMessage."""
    if len(body) > MOST_BYTES:
        raise BadMessage("too large")
    if body.lstrip()[:1] == b"{":
        raise BadMessage("JSON, where the account must be set to XML")
    try:
        # As text, so that no declared encoding has a say.
        root: Element = fromstring(body.decode("utf-8-sig"), forbid_dtd=True)
    except DefusedXmlException as error:
        raise BadMessage("a DTD or an entity") from error
    except (ParseError, ValueError, RecursionError) as error:
        raise BadMessage("not XML in UTF-8") from error
    names = [child.tag for child in root]
    if root.tag != "xml" or len(set(names)) != len(names):
        raise BadMessage("not one flat <xml>")
    return {child.tag: child.text or "" for child in root}


def message_of(fields: dict[str, str]) -> Message:
    """The message in the fields of its XML. Raises BadMessage."""
    names = ("ToUserName", "FromUserName", "MsgType", "Event", "MsgId")
    recipient, sender, kind, event, message_id = (fields.get(name, "").strip() for name in names)
    created = fields.get("CreateTime", "").strip()
    if not (recipient and sender and kind and re.fullmatch(r"[0-9]{1,12}", created)):
        raise BadMessage("ToUserName, FromUserName, CreateTime or MsgType is missing")
    if kind == "event" and not event:
        raise BadMessage("an event without a name")
    if any(len(text) > _LONGEST_NAME for text in (recipient, sender, kind, event, message_id)):
        raise BadMessage("a name that is too long")
    return Message(
        recipient=recipient,
        sender=sender,
        created_s=int(created),
        kind=kind.lower(),
        content=fields.get("Content", ""),
        event=event.lower(),
        event_key=fields.get("EventKey", "").strip(),
        message_id=message_id,
    )


def reply_xml(reply: Reply, to: Message, created_s: int) -> bytes:
    """The reply to a message, as the platform reads it."""
    if isinstance(reply, TextReply):
        kind, rest = "text", _element("Content", reply.content)
    else:
        parts = {
            "Title": reply.title,
            "Description": reply.description,
            "PicUrl": reply.picture_url,
            "Url": reply.url,
        }
        item = "".join(_element(name, text) for name, text in parts.items() if text)
        kind, rest = "news", f"<ArticleCount>1</ArticleCount><Articles><item>{item}</item></Articles>"
    head = _element("ToUserName", to.sender) + _element("FromUserName", to.recipient)
    head += f"<CreateTime>{created_s}</CreateTime>" + _element("MsgType", kind)
    return f"<xml>{head}{rest}</xml>".encode()


def _element(name: str, text: str) -> str:
    """The text as CDATA; an end mark within it is split over two sections."""
    inside = _UNWRITABLE.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{inside}]]></{name}>"


def sealed_xml(
    message: bytes, *, token: str, key: bytes, app_id: str, timestamp: str, nonce: str, random: bytes | None = None
) -> bytes:  # fmt: skip
    """The envelope in which a reply goes to an account in AES mode. ``random``: for tests alone."""
    encrypted = encrypt(message, key, app_id, random)
    signed = signature(token, timestamp, nonce, encrypted)
    parts = _element("Encrypt", encrypted) + _element("MsgSignature", signed)
    return f"<xml>{parts}<TimeStamp>{timestamp}</TimeStamp>{_element('Nonce', nonce)}</xml>".encode()


def reply_to_json(reply: Reply | None) -> str:
    """The reply alone, without whom it goes to; empty for none."""
    return json.dumps(asdict(reply), ensure_ascii=False) if reply else ""


def reply_from_json(text: str) -> Reply | None:
    """The reply again. Raises ValueError where that is none of ours."""
    if not text:
        return None
    try:
        plain = json.loads(text)
        return TextReply(**plain) if "content" in plain else NewsReply(**plain)
    except TypeError as error:
        raise ValueError("not a reply") from error
