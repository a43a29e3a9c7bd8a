"""Passphrases: what is refused, how one is kept, how one is checked. Nothing here keeps or says what was typed.

scrypt with the cost that OWASP gives for 32 MiB (N 2^15, r 8, p 3), about a quarter of a second. The cost stands in the text,
so that it can be raised while older ones still check.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import threading
import unicodedata

from ..errors import Problem, Unavailable
from ..names import person_key
from ..text import _

SHORTEST = 10
LONGEST = 200
_COST = (15, 8, 3)
"""log2 N, r, p."""
_SALT_BYTES = 16
_HASH_BYTES = 32
_AT_ONCE = 2
_PATIENCE_S = 3.0

# Each takes 32 MiB and a core. Whoever floods the door must not take the memory and the threads that ballots need.
_room = threading.BoundedSemaphore(_AT_ONCE)

_COMMONEST = """
0123456789 01234567890 0987654321 1029384756 1122334455 11223344556677 112233445566 1231231231 123123123123
1234512345 1234554321 12345678910 1234567890 12345678900 123456789a 123456789abc 123456789q 1234567890a
1234567890q 123456789987654321 1357924680 1472583690 1478523690 1597534682 1q2w3e4r5t 1q2w3e4r5t6y
1qaz2wsx3edc 3.1415926535 5201314520 5201314aaa 520131452013 7894561230 987654321a 9876543210 a123456789
a1234567890 a1b2c3d4e5 aa123456789 aa12345678 abc1234567 abc12345678 abc123456789 abcd123456 abcd12345678
abcdefghij abcdefghijk admin12345 admin123456 administrator asdfghjkl123 asdfghjkl; asdfasdfasdf changeme123
dragon12345 gonghui123 gonghui1234 gonghui123456 iloveyou123 iloveyou1314 iloveyou520 letmein123 monkey12345
p@ssw0rd123 passw0rd123 password01 password12 password123 password1234 password12345 password123456
q123456789 q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qq123456789 qwe123456789 qweasdzxc123 qweqweqwe123
qwer123456 qwer12345678 qwerasdfzxcv qwerty1234 qwerty12345 qwerty123456 qwertyuiop qwertyuiop123
qwertyuiopasdfghjkl sunshine123 toupiao123 toupiao123456 w123456789 wang123456 wangwang123 welcome123
welcome1234 wo123456789 woaini1314 woaini1314520 woaini13145201314 woaini5201314 woainima123 woaiwojia123
woaizhongguo woshishei123 xiaoxiao123 z123456789 zhang123456 zhongguo123 zhonghua123 zxc123456789 zxcvbnm123
zxcvbnm,./ zz123456789
"""
COMMONEST = frozenset(_COMMONEST.split())
"""Those that stand first in every list of leaked ones and are long enough, as ``person_key`` compares them."""


def problems_with(passphrase: str, again: str, name: str) -> list[Problem]:
    """Everything that keeps this from being the passphrase of an official of this name. No rule asks for kinds of signs:
    length is what counts."""
    typed, found = _plain(passphrase), []
    if len(typed) < SHORTEST:
        found.append(
            Problem(
                "passphrase",
                _("口令太短：至少 %(n)s 个字符。", n=SHORTEST),
                _("可以用一句只有您知道的话，汉字也行。"),
            )
        )
    if len(typed) > LONGEST:
        found.append(Problem("passphrase", _("口令太长：最多 %(n)s 个字符。", n=LONGEST)))
    if len(typed) >= SHORTEST and _is_easy(typed, name):
        found.append(
            Problem(
                "passphrase", _("这个口令很容易被猜到，或者就是您的姓名。"), _("请换一句只有您知道的话。")
            )
        )
    if typed != _plain(again):
        found.append(Problem("again", _("两次输入的口令不一样。"), _("请重新输入两遍。")))
    return found


def hash_of(passphrase: str) -> str:
    """What is kept of it: ``scrypt$15$8$3$salt$hash``. Raises Unavailable where too many are at it."""
    salt = os.urandom(_SALT_BYTES)
    return "$".join(["scrypt", *map(str, _COST), _b64(salt), _b64(_scrypt(passphrase, salt, _COST))])


def is_right(passphrase: str, kept: str | None) -> bool:
    """Whether it is the one that was kept. Where none is (nobody of that name, no passphrase yet), the same work is done, so
    that the time of the answer does not tell. Raises Unavailable where too many are at it."""
    cost, salt, expected = _read(kept) if kept else (_COST, bytes(_SALT_BYTES), b"")
    # Longer than any that is kept, and cut so that it costs no more.
    typed = _scrypt(_plain(passphrase)[: LONGEST + 1], salt, cost)
    return hmac.compare_digest(typed, expected)


def is_outdated(kept: str) -> bool:
    """Whether it was kept at another cost than one would choose today."""
    return _read(kept)[0] != _COST


def _plain(passphrase: str) -> str:
    """However an input method has written it."""
    return unicodedata.normalize("NFKC", passphrase)


def _is_easy(typed: str, name: str) -> bool:
    key, own = person_key(typed), person_key(name)
    if len(set(key)) <= 2 or key in COMMONEST:
        return True
    return bool(own) and not key.replace(own, "")


def _scrypt(passphrase: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    log_n, r, p = cost
    if not _room.acquire(timeout=_PATIENCE_S):
        raise Unavailable(_("现在登录的人太多，请过几秒再试。"))
    try:
        return hashlib.scrypt(
            _plain(passphrase).encode(),
            salt=salt,
            n=1 << log_n,
            r=r,
            p=p,
            maxmem=256 * (1 << log_n) * r,
            dklen=_HASH_BYTES,
        )
    finally:
        _room.release()


def _read(kept: str) -> tuple[tuple[int, int, int], bytes, bytes]:
    _scheme, log_n, r, p, salt, digest = kept.split("$")
    return (int(log_n), int(r), int(p)), _unb64(salt), _unb64(digest)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text)
