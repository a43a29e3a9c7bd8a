"""How the platform says no: HTTP 200, a number, a sentence and a request id."""

from __future__ import annotations

import os

from .wire import Answer, json_answer

SENTENCES = {
    -1: "system busy",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40052: "invalid action name",
    40053: "invalid action info",
    40066: "invalid url",
    40097: "invalid args",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip {address}, not in whitelist",
    40243: "AppSecret has been frozen, please unfreeze it at mp.weixin.qq.com",
    41001: "access_token missing",
    41002: "appid missing",
    41003: "refresh_token missing",
    41004: "appsecret missing",
    41008: "missing code",
    41009: "missing openid",
    42001: "access_token expired",
    42002: "refresh_token expired",
    42003: "oauth_code expired",
    42007: "user changed password",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit mustslower retry next minute",
    45029: "qrcode count out of limit",
    47001: "data format error",
    48001: "api unauthorized",
}


class Refused(Exception):
    """The platform's no."""

    def __init__(self, errcode: int, sentence: str | None = None) -> None:
        self.errcode = errcode
        self.sentence = sentence or SENTENCES.get(errcode, "error")
        super().__init__(self.errcode, self.sentence)

    def answer(self, now: float, path: str, address: str = "") -> Answer:
        """As it is sent. The web authorization puts a comma before the request id, the rest does not."""
        comma = "," if path.startswith("/sns/") else ""
        sentence = self.sentence.format(address=address) if self.errcode == 40164 else self.sentence
        return json_answer({"errcode": self.errcode, "errmsg": f"{sentence}{comma} rid: {request_id(now)}"})


def request_id(now: float) -> str:
    """Three groups of eight hexadecimal digits; the first is the time."""
    chance = os.urandom(8).hex()
    return f"{int(now):08x}-{chance[:8]}-{chance[8:]}"
