"""What an account's server answered to a message, read as strictly as the platform reads it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from . import message_crypto
from .accounts import PLAIN, SAFE, App

OUT_OF_ORDER = "该公众号暂时无法提供服务，请稍后再试"
MOST_TEXT = 2_048
NO_REPLY = (b"", b"success")


@dataclass
class Reply:
    """What it was, what the person in the chat sees of it, and what is wrong with it."""

    kind: str = "none"
    text: str = ""
    articles: list[dict[str, str]] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """For the control API; ``seen`` is the text in the chat, if any."""
        return {**asdict(self), "seen": self.seen}

    @property
    def seen(self) -> str:
        """As one text."""
        if self.kind == "news":
            return "\n".join(article["title"] for article in self.articles)
        return self.text


class Malformed(Exception):
    """Not what the platform takes; says why."""


def out_of_order(*flags: str) -> Reply:
    """What a person sees when the server cannot be understood or does not answer."""
    return Reply("error", OUT_OF_ORDER, flags=list(flags))


def read_reply(app: App, mode: str, openid: str, body: bytes) -> Reply:
    """The reply in this body."""
    if body.strip() in NO_REPLY:
        return Reply()
    if body.lstrip()[:1] in (b"{", b"["):
        return out_of_order("json")
    try:
        fields = _fields(body)
        if "Encrypt" in fields and mode != PLAIN:
            fields = _fields(_opened(app, fields))
        elif mode == SAFE:
            raise Malformed("plain reply in safe mode")
        return _read(app, openid, fields)
    except Malformed as wrong:
        return out_of_order(f"malformed: {wrong}")


def _fields(body: bytes) -> dict[str, Any]:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Malformed("a DTD")
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, LookupError, ValueError):
        raise Malformed("not XML") from None
    if root.tag != "xml":
        raise Malformed("root is not <xml>")
    fields: dict[str, Any] = {child.tag: child.text or "" for child in root}
    fields["items"] = [{part.tag: part.text or "" for part in item} for item in root.findall("Articles/item")]
    return fields


def _opened(app: App, envelope: dict[str, Any]) -> bytes:
    parts = [envelope.get(name, "") for name in ("TimeStamp", "Nonce", "Encrypt")]
    if message_crypto.signature(app.token, *parts) != envelope.get("MsgSignature"):
        raise Malformed("wrong MsgSignature")
    try:
        return message_crypto.decrypt(app.aes_key, app.app_id, envelope["Encrypt"])
    except ValueError as wrong:
        raise Malformed(f"cannot be decrypted: {wrong}") from None


def _read(app: App, openid: str, fields: dict[str, Any]) -> Reply:
    if fields.get("ToUserName") != openid:
        raise Malformed("ToUserName is not who wrote")
    if fields.get("FromUserName") != app.gh_id:
        raise Malformed("FromUserName is not the account")
    if not str(fields.get("CreateTime", "")).isdigit():
        raise Malformed("CreateTime is no number")
    kind = fields.get("MsgType")
    if kind == "text":
        return _text(fields)
    if kind == "news":
        return _news(fields)
    raise Malformed(f"MsgType {kind!r} is not known here")


def _text(fields: dict[str, Any]) -> Reply:
    content = fields.get("Content", "")
    if not content:
        raise Malformed("Content is empty")
    if len(content.encode()) > MOST_TEXT:
        raise Malformed(f"Content is longer than {MOST_TEXT} bytes")
    return Reply("text", content)


def _news(fields: dict[str, Any]) -> Reply:
    items = fields["items"]
    if not items or fields.get("ArticleCount") != str(len(items)):
        raise Malformed("ArticleCount does not count the articles")
    names = {"Title": "title", "Description": "description", "PicUrl": "picture", "Url": "url"}
    articles = [{ours: item.get(theirs, "") for theirs, ours in names.items()} for item in items]
    if not all(article["title"] and article["url"] for article in articles):
        raise Malformed("an article lacks Title or Url")
    reply = Reply("news", articles=articles[:1])
    if len(articles) > 1:
        reply.flags.append("only the first article is shown")
    if not is_link(articles[0]["url"]):
        reply.flags.append("the link is not http(s)")
        articles[0]["url"] = ""
    return reply


def is_link(address: str) -> bool:
    """May a chat show it as a link?"""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
