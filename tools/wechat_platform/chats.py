"""What was said in each person's chat with the account."""

from __future__ import annotations

import re
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from .deliveries import Delivery
from .replies import is_link

MOST_LINES = 40
_LINK = re.compile(
    r"""<a\s[^>]*?href=["']([^"']+)["'][^>]*>(.*?)</a>|(https?://[^\s<>"'，。；（）]+)""", re.DOTALL
)
FLAGS = {
    "late": "5 秒内没有应答，平台已断开重试",
    "unreachable": "连接不上公众号的服务器",
    "status": "公众号的服务器没有回答 200",
    "json": "回复是 JSON，平台不认",
}


@dataclass
class Line:
    """One bubble, or a remark between them."""

    whose: str
    """``user``, ``account`` or ``platform``"""
    text: str = ""
    articles: list[dict[str, str]] = field(default_factory=list)

    @property
    def markup(self) -> Markup:
        """The text with its links: http(s) alone, everything else escaped."""
        return linked(self.text)


class Chats:
    """By user."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[str, deque[Line]] = defaultdict(lambda: deque(maxlen=MOST_LINES))

    def of(self, user: str) -> list[Line]:
        """The last lines, oldest first."""
        with self._lock:
            return list(self._lines[user])

    def remark(self, user: str, text: str) -> None:
        """Something that the platform says."""
        with self._lock:
            self._lines[user].append(Line("platform", text))

    def add(self, user: str, said: str, delivery: Delivery) -> None:
        """A message and what came of it."""
        reply = delivery.reply
        lines = [Line("user", said)] if said else []
        lines += [
            Line(
                "platform",
                f"第 {n} 次推送：{FLAGS.get(attempt.flag, attempt.flag)}（{attempt.seconds:.1f} 秒）",
            )
            for n, attempt in enumerate(delivery.attempts, 1)
            if attempt.flag
        ]
        lines += [
            Line("platform", FLAGS.get(flag, flag))
            for flag in reply.flags
            if flag not in FLAGS or flag == "json"
        ]
        if reply.kind == "error":
            lines.append(Line("platform", reply.text))
        elif reply.kind != "none":
            lines.append(Line("account", reply.text, reply.articles))
        else:
            lines.append(Line("platform", "（公众号没有回复内容）"))
        with self._lock:
            self._lines[user].extend(lines)


def linked(text: str) -> Markup:
    """A text message as a chat shows it."""
    parts, end = [], 0
    for found in _LINK.finditer(text):
        address, words = found[1] or found[3], found[2] or found[3]
        parts.append(escape(text[end : found.start()]))
        parts.append(
            Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, words)
            if is_link(address)
            else escape(found[0])
        )
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
