"""The platform as a sender: signs, encrypts and repeats what people write to an account, and reads what comes back."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from voting_service.clock import Clock
from voting_service.wechat.message_crypto import decrypt, encrypt, is_signed, signature

TOKEN = "deliveries"
APP_ID = "wx0123456789abcdef"
AES = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_made_up"
SENDER = "oMade-up_sender_0123456789AB"


_IDS = itertools.count(6_054_768_590_064_713_728)
"""Of all senders together: the platform never gives a number twice."""


@dataclass
class Delivery:
    """One POST: query and body."""

    query: dict[str, str]
    body: bytes

    @property
    def url(self) -> str:
        """Where it goes."""
        return "/wechat/messages?" + urlencode(self.query)


@dataclass
class Sender:
    """Delivers as the console is set: in the clear, encrypted, or both side by side."""

    clock: Clock
    key: bytes | None = None
    compatible: bool = False
    token: str = TOKEN
    app_id: str = APP_ID
    openid: str = SENDER

    def text(self, content: str) -> Delivery:
        """Somebody writes."""
        return self.deliver({"MsgType": "text", "Content": content, "MsgId": str(next(_IDS))})

    def event(self, event: str, key: str = "", **more: str) -> Delivery:
        """Somebody follows, scans, taps the menu."""
        return self.deliver({"MsgType": "event", "Event": event, "EventKey": key, **more})

    def kind(self, kind: str, **more: str) -> Delivery:
        """A voice, a picture."""
        return self.deliver({"MsgType": kind, "MsgId": str(next(_IDS)), **more})

    def deliver(self, fields: dict[str, str]) -> Delivery:
        """These fields, as one delivery."""
        now_s = str(int(self.clock.now().timestamp()))
        head = {"ToUserName": ACCOUNT, "FromUserName": self.openid, "CreateTime": now_s}
        return self.post(xml(head | fields), now_s)

    def post(self, plain: str, timestamp: str, nonce: str = "1372623149") -> Delivery:
        """This XML, as one delivery."""
        query = self.signed(timestamp, nonce)
        if self.key is None:
            return Delivery(query, plain.encode())
        encrypted = encrypt(plain.encode(), self.key, self.app_id)
        query |= {"encrypt_type": "aes", "msg_signature": signature(self.token, timestamp, nonce, encrypted)}
        envelope = xml({"ToUserName": ACCOUNT, "Encrypt": encrypted})
        if self.compatible:
            envelope = plain.replace("</xml>", xml({"Encrypt": encrypted}).removeprefix("<xml>"))
        return Delivery(query, envelope.encode())

    def signed(self, timestamp: str | None = None, nonce: str = "1372623149") -> dict[str, str]:
        """The query that every delivery has."""
        timestamp = timestamp or str(int(self.clock.now().timestamp()))
        return {"signature": signature(self.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}

    def read(self, body: bytes) -> dict[str, str]:
        """A reply as the platform reads it: its fields, of a card those of its article. Checks whom it goes to."""
        root = ET.fromstring(body)
        if self.key is not None:
            sealed = {child.tag: child.text or "" for child in root}
            parts = (self.token, sealed["TimeStamp"], sealed["Nonce"], sealed["Encrypt"])
            assert is_signed(sealed["MsgSignature"], *parts)
            root = ET.fromstring(decrypt(sealed["Encrypt"], self.key, self.app_id))
        said = {child.tag: child.text or "" for child in [*root, *root.findall("./Articles/item/*")]}
        assert (said.pop("ToUserName"), said.pop("FromUserName")) == (self.openid, ACCOUNT)
        assert int(said.pop("CreateTime"))
        return said


def xml(fields: dict[str, str]) -> str:
    """Fields as the platform writes them."""
    inside = "".join(
        f"<{name}><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
        for name, text in fields.items()
    )
    return f"<xml>{inside}</xml>"
