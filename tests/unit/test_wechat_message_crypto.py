"""The platform's signatures and ciphertexts, by its own published samples; every fault is one and the same error."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from voting_service.wechat.message_crypto import (
    BLOCK,
    BadMessage,
    aes_key,
    decrypt,
    encrypt,
    is_signed,
    signature,
)

# From the platform's documentation of message push (secure mode): all of one account.
TOKEN, APP_ID, KEY = "AAAAA", "wxba5fad812f8e6fb9", aes_key("A" * 43)
V3 = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsX"
    "UnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajA"
    "sjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
V4 = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
# From the platform's sample code, one key for all three.
OLD_TOKEN, OLD_APP_ID = "QDG6eK", "wx5823bf96d3bd56c7"
OLD_KEY = aes_key("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
V5 = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
V6 = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvu"
    "JTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwG"
    "c2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9"
    "EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0"
    "lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)
V7 = (
    "TYISAfTaVqF97gn22+BQrYOtJcf4GU360iTvjzdLBAp800rTdKFOj+nUhAJKUJ82YA5zbRHPZ/F6P8ok8dYMWhu2zBWwv+xIWlERDlaIKp2C"
    "KzbSa5FZ2gl1EWrZzn/GDkKEuDIEY7GyjJaVfiduMg8N6oBlxx6xYz0tuyNlVWoAbgDvIxYYJwkN7CRADuD0IPTE7mkY4fGc56fxFc2D58vn"
    "sIOQ8ys28m81fhHZ4g0UjcJKJXofj0N5QTJxO9RmHVP39+b0KcevUacw4Dmi8c72/S0IqIl/eBgZVG4IVVPgpii/7gojmbFDHFi9/RTA4nwQ"
    "JAe9JxNx+76RvnmXvfCW8PigFlvtsJvY31Nv/ZB97ZxIUiJYk2Y48JoH3wZEs/9NKzDHOaOT+SvRFLaIWeD9DUayXXG5g0vEfugrZPM="
)


# ---- the vectors


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param((TOKEN, "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696", id="V1"),
        pytest.param((TOKEN, "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78", id="V2"),
        pytest.param((TOKEN, "1714112445", "415670741"), "6c5c811b55cc85e0e1b54100749188c20beb3f5d", id="V3 url"),
        pytest.param((TOKEN, "1714112445", "415670741", V3), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3", id="V3"),
        pytest.param((TOKEN, "1713424427", "415670741", V4), "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1", id="V4"),
        pytest.param((OLD_TOKEN, "1409659589", "263014780", V5), "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", id="V5"),
        pytest.param((OLD_TOKEN, "1409659813", "1372623149", V6), "477715d11cdb4164915debcba66cb864d751f3e6", id="V6"),
        pytest.param(("tom00123", "1515926128", "143125540", V7), "2a57bca3d93100e42599d453d97ebde9f5a57eca", id="V7"),
    ],
)  # fmt: skip
def test_published_signatures(parts: tuple[str, ...], expected: str) -> None:
    assert signature(*parts) == signature(*reversed(parts)) == expected
    assert is_signed(expected, *parts)
    assert not is_signed(expected.upper(), *parts)
    assert not is_signed(expected, *parts[:-1])


def test_v3_the_documented_message_is_read() -> None:
    message = decrypt(V3, KEY, APP_ID)
    assert len(message) == 167
    plain = json.loads(message)
    assert (plain["MsgType"], plain["Event"], plain["debug_str"]) == ("event", "debug_demo", "hello world")


def test_v4_the_documented_reply_is_written_byte_for_byte() -> None:
    message = b'{"demo_resp":"good luck"}'
    assert encrypt(message, KEY, APP_ID, random=b"707722b803182950") == V4
    assert decrypt(V4, KEY, APP_ID) == message


def test_v5_the_sample_echo_is_read() -> None:
    assert decrypt(V5, OLD_KEY, OLD_APP_ID) == b"1616140317555161061"


def test_v6_the_sample_message_is_read() -> None:
    message = decrypt(V6, OLD_KEY, OLD_APP_ID)
    assert len(message) == 284
    assert b"<Content><![CDATA[hello]]></Content>" in message
    assert b"<MsgId>4561255354251345929</MsgId>" in message


def test_v7_a_reply_of_a_service_account_is_read() -> None:
    message = decrypt(V7, OLD_KEY, "wx17a727aa81c60f43")
    assert len(message) == 251
    assert message.startswith(b"<xml>")
    assert message.endswith(b"</xml>")


# ---- both ways


@given(st.binary(max_size=300), st.binary(min_size=16, max_size=16))
def test_what_is_encrypted_is_read_again(message: bytes, random: bytes) -> None:
    sealed = encrypt(message, KEY, APP_ID, random)
    assert len(base64.b64decode(sealed)) % BLOCK == 0
    assert decrypt(sealed, KEY, APP_ID) == message


def test_the_same_message_is_never_encrypted_alike_twice() -> None:
    assert encrypt(b"hello", KEY, APP_ID) != encrypt(b"hello", KEY, APP_ID)


# ---- attacks


def sealed(plain: bytes) -> str:
    """Encrypted as it stands, with whatever padding it ends in."""
    sealer = Cipher(AES(KEY), CBC(KEY[:16])).encryptor()
    return base64.b64encode(sealer.update(plain) + sealer.finalize()).decode()


def inside(message: bytes, *, length: int | None = None, app_id: str = APP_ID) -> bytes:
    """Random, length, message, app id."""
    size = len(message) if length is None else length
    return bytes(16) + size.to_bytes(4) + message + app_id.encode()


def padded(plain: bytes) -> bytes:
    """To 32, as it should be."""
    pad = BLOCK - len(plain) % BLOCK
    return plain + bytes([pad]) * pad


GOOD = padded(inside(b"<xml/>"))

FAULTS = {
    "not base64": "%%%%",
    "base64 cut short": V3[:-3],
    "a block cut off": base64.b64encode(base64.b64decode(V3)[:-16]).decode(),
    "two blocks cut off": base64.b64encode(base64.b64decode(V3)[:-32]).decode(),
    "blanks in base64": V3[:64] + "\n" + V3[64:],
    "not ASCII": "密" * 32,
    "a lone surrogate": "\ud800",
    "nothing": "",
    "a NUL": V3 + "\0",
    "one bit flipped at the end": base64.b64encode(
        base64.b64decode(V3)[:-1] + bytes([base64.b64decode(V3)[-1] ^ 1])
    ).decode(),
    "one bit flipped before the end": base64.b64encode(
        bytes(b ^ (1 if i == len(base64.b64decode(V3)) - 33 else 0) for i, b in enumerate(base64.b64decode(V3)))
    ).decode(),
    "padding 0": sealed(GOOD[:-1] + b"\0"),
    "padding 33": sealed(GOOD[:-1] + bytes([33])),
    "padding that is not all alike": sealed(GOOD[:-2] + bytes([GOOD[-1] ^ 1, GOOD[-1]])),
    "nothing but padding": sealed(bytes([32]) * 32),
    "no padding": sealed(inside(b"x" * 44)[:64]),
    "another account's app id": sealed(padded(inside(b"<xml/>", app_id="wx0000000000000000"))),
    "no app id": sealed(padded(inside(b"<xml/>", app_id=""))),
    "an app id and more": sealed(padded(inside(b"<xml/>", app_id=APP_ID + "x"))),
    "a length too small": sealed(padded(inside(b"<xml/>", length=5))),
    "a length too large": sealed(padded(inside(b"<xml/>", length=7))),
    "a length beyond the end": sealed(padded(inside(b"<xml/>", length=2**32 - 1))),
}  # fmt: skip


def test_the_hand_made_one_would_be_read() -> None:
    """So that what the faults below are refused for is the fault."""
    assert decrypt(sealed(GOOD), KEY, APP_ID) == b"<xml/>"


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_the_same_error(fault: str) -> None:
    with pytest.raises(BadMessage) as caught:
        decrypt(FAULTS[fault], KEY, APP_ID)
    assert (str(caught.value), caught.value.why) == ("undecipherable", "undecipherable")


def test_a_key_of_another_account_reads_nothing() -> None:
    with pytest.raises(BadMessage):
        decrypt(V3, OLD_KEY, APP_ID)


@given(st.binary(min_size=32, max_size=32 * 8))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with pytest.raises(BadMessage):
        decrypt(base64.b64encode(data).decode(), KEY, APP_ID)


@pytest.mark.parametrize("given_key", ["", "A" * 42, "A" * 44, "A" * 42 + "*", "A" * 86])
def test_what_is_no_key_is_refused(given_key: str) -> None:
    with pytest.raises(ValueError):
        aes_key(given_key)


def test_a_key_whose_last_character_says_more_than_32_bytes_is_taken() -> None:
    assert aes_key("A" * 42 + "B") == bytes(32)


@pytest.mark.parametrize("signed", ["", "0" * 40, "é" * 40, "\ud800", "\0"])
def test_no_signature_is_none(signed: str) -> None:
    assert not is_signed(signed, TOKEN, "1", "2")
