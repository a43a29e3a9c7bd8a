"""Messages and events to the account's server: five seconds, three attempts, one MsgId; and what came back."""

from __future__ import annotations

import http.client
import itertools
import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from . import message_crypto
from .accounts import COMPATIBLE, PLAIN, SAFE, App, Following, User
from .followers import scene_of
from .replies import Reply, out_of_order, read_reply

if TYPE_CHECKING:
    from .app import Platform

TIMEOUT_S, ATTEMPTS, MOST_REPLY = 5.0, 3, 1_000_000
EVENTS = ("subscribe", "unsubscribe", "SCAN", "CLICK", "VIEW")


class Request(NamedTuple):
    """What is sent: the same in every attempt, but for the URL's own signature."""

    query: dict[str, str]
    body: bytes


@dataclass
class Attempt:
    """One try."""

    seconds: float
    status: int | None = None
    flag: str = ""
    """``late``, ``unreachable`` or ``status``; empty where an answer came in time."""
    body: bytes = field(default=b"", repr=False)

    def document(self) -> dict[str, Any]:
        """For the control API."""
        return {**asdict(self), "body": self.body.decode("utf-8", "replace")[:4_000]}


@dataclass
class Delivery:
    """A message, what was tried, and what came back."""

    message: dict[str, str]
    request: Request
    attempts: list[Attempt]
    reply: Reply

    def document(self) -> dict[str, Any]:
        """For the control API."""
        return {
            "message": self.message,
            "request": {"query": self.request.query, "body": self.request.body.decode()},
            "attempts": [attempt.document() for attempt in self.attempts],
            "reply": self.reply.document(),
        }


_msg_ids = itertools.count(23_000_000_000_000_000 + secrets.randbelow(10**15))


def text_message(platform: Platform, app: App, user: User, text: str) -> dict[str, str]:
    """Somebody wrote."""
    return _head(platform, app, user, "text") | {"Content": text, "MsgId": str(next(_msg_ids))}


def event_message(
    platform: Platform, app: App, user: User, event: str, key: str = "", ticket: str = ""
) -> dict[str, str]:
    """Something happened; events have no MsgId. Following and leaving are noted. Raises ValueError."""
    if event not in EVENTS:
        raise ValueError(f"no event {event}; there are {', '.join(EVENTS)}")
    if event == "subscribe":
        follow(platform, app, user, scene_of(platform, app, ticket) or key.removeprefix("qrscene_"))
    elif event == "unsubscribe":
        user.following.pop(app.app_id, None)
    message = _head(platform, app, user, "event") | {"Event": event, "EventKey": key}
    return message | ({"Ticket": ticket} if ticket else {})


def scan_message(platform: Platform, app: App, user: User, ticket: str) -> dict[str, str]:
    """Somebody scanned a code: who follows sends SCAN, who does not follows with it. Raises ValueError."""
    scene = scene_of(platform, app, ticket)
    if not scene:
        raise ValueError("this ticket does not work")
    if app.app_id in user.following:
        return event_message(platform, app, user, "SCAN", scene, ticket)
    return event_message(platform, app, user, "subscribe", "qrscene_" + scene, ticket)


def follow(platform: Platform, app: App, user: User, qr_scene: str = "") -> None:
    """Now follows the account."""
    scene = "ADD_SCENE_QR_CODE" if qr_scene else "ADD_SCENE_SEARCH"
    user.following[app.app_id] = Following(int(platform.clock.now()), scene, qr_scene)


def make_request(app: App, openid: str, message: dict[str, str], mode: str, now: float) -> Request:
    """A message as this mode sends it."""
    timestamp, nonce = str(int(now)), str(secrets.randbelow(2**31))
    query = {
        "signature": message_crypto.signature(app.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": openid,
    }
    if mode == PLAIN:
        return Request(query, xml_of(message).encode())
    encrypted = message_crypto.encrypt(app.aes_key, app.app_id, xml_of(message).encode())
    query |= {
        "encrypt_type": "aes",
        "msg_signature": message_crypto.signature(app.token, timestamp, nonce, encrypted),
    }
    sent = message if mode == COMPATIBLE else {"ToUserName": message["ToUserName"]}
    return Request(query, xml_of(sent | {"Encrypt": encrypted}).encode())


def push(
    platform: Platform, app: App, message: dict[str, str], *, mode: str = SAFE, timeout_s: float = TIMEOUT_S,
    deliver: bool = True,
) -> Delivery:  # fmt: skip
    """Send it, up to three times; without ``deliver`` only say what would be sent."""
    openid = message["FromUserName"]
    request = make_request(app, openid, message, mode, platform.clock.now())
    delivery = Delivery(message, request, [], Reply())
    if not deliver:
        return delivery
    for _ in range(ATTEMPTS):
        request = make_request(app, openid, message, mode, platform.clock.now())
        attempt = ask(app.messages_url, "POST", request.query, request.body, timeout_s)
        delivery.attempts.append(attempt)
        platform.counters.call("push attempt")
        if not attempt.flag:
            delivery.reply = read_reply(app, mode, openid, attempt.body)
            break
    else:
        delivery.reply = out_of_order()
    delivery.reply.flags += sorted({attempt.flag for attempt in delivery.attempts if attempt.flag})
    return delivery


def check_url(platform: Platform, app: App, timeout_s: float = TIMEOUT_S) -> tuple[bool, Attempt]:
    """What the platform's console does when a server's address is saved: one signed GET, echoed back exactly."""
    timestamp, nonce = str(int(platform.clock.now())), str(secrets.randbelow(2**31))
    echo = str(secrets.randbelow(9 * 10**18) + 10**18)
    query = {
        "signature": message_crypto.signature(app.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": echo,
    }
    attempt = ask(app.messages_url, "GET", query, b"", timeout_s)
    return not attempt.flag and attempt.body == echo.encode(), attempt


def ask(address: str, method: str, query: dict[str, str], body: bytes, timeout_s: float) -> Attempt:
    """One request that has so many seconds for everything together."""
    start = time.monotonic()
    deadline = start + timeout_s
    attempt = Attempt(0.0)
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=timeout_s)
    given = f"{parts.query}&" if parts.query else ""
    headers = {"User-Agent": "Mozilla/4.0", "Connection": "close"}
    if body:
        headers["Content-Type"] = "text/xml"
    try:
        connection.request(method, f"{parts.path or '/'}?{given}{urlencode(query)}", body or None, headers)
        _wait_until(connection, deadline)
        response = connection.getresponse()
        attempt.status = response.status
        attempt.body = _read(connection, response, deadline)
        attempt.flag = "" if response.status == 200 else "status"
    except TimeoutError:
        attempt.flag = "late"
    except (OSError, http.client.HTTPException):
        attempt.flag = "unreachable"
    finally:
        connection.close()
    attempt.seconds = round(time.monotonic() - start, 3)
    return attempt


def _wait_until(connection: http.client.HTTPConnection, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if connection.sock is not None:
        connection.sock.settimeout(left)


def _read(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, deadline: float
) -> bytes:
    body = b""
    while len(body) < MOST_REPLY and (part := response.read1(65_536)):
        body += part
        _wait_until(connection, deadline)
    return body


def xml_of(fields: dict[str, str]) -> str:
    """``<xml>`` with numbers plain and texts in CDATA."""
    plain = ("CreateTime", "MsgId")
    parts = (
        f"<{name}>{value if name in plain else _cdata(value)}</{name}>" for name, value in fields.items()
    )
    return "<xml>" + "".join(parts) + "</xml>"


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _head(platform: Platform, app: App, user: User, kind: str) -> dict[str, str]:
    return {
        "ToUserName": app.gh_id,
        "FromUserName": platform.accounts.openid(app, user),
        "CreateTime": str(int(platform.clock.now())),
        "MsgType": kind,
    }
