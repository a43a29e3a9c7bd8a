"""Messages and events to the account's server: five seconds, three attempts, one MsgId."""

from __future__ import annotations

import http.client
import secrets
import time
from urllib.parse import urlencode, urlsplit

from . import message_crypto
from .accounts import COMPATIBLE, PLAIN, SAFE, App
from .deliveries import TIMEOUT_S, Attempt, Delivery, Request
from .platform import Platform
from .replies import Reply, out_of_order, read_reply

ATTEMPTS, MOST_REPLY = 3, 1_000_000


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
