"""States and the addresses that a login may go on to."""

from __future__ import annotations

import re

import pytest

from voting_service.web.inside_wechat import login_address
from voting_service.wechat.login_states import LoginStates, browser_mark, safe_next

BROWSER = "b" * 22


def test_a_state_is_read_by_the_browser_that_it_was_made_for() -> None:
    states = LoginStates(b"k" * 32)
    nonce, state = states.new(BROWSER)
    assert states.read(state, BROWSER) == nonce
    assert states.read(state, "c" * 22) is None
    assert states.read(state, "") is None
    assert LoginStates(b"x" * 32).read(state, BROWSER) is None
    assert states.read(state[:-1] + ("0" if state[-1] != "0" else "1"), BROWSER) is None


def test_a_state_has_the_letters_that_wechat_allows() -> None:
    assert re.fullmatch(r"[a-zA-Z0-9]{1,128}", LoginStates(b"k" * 32).new(BROWSER)[1])


def test_no_two_logins_have_one_state() -> None:
    states = LoginStates(b"k" * 32)
    assert len({states.new(BROWSER)[1] for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "path", ["/", "/c/spring", "/c/spring?s=a.b.1.c&lang=en", "/c/spring/candidates/3?q=hall-1"]
)
def test_a_login_goes_on_to_our_own_pages(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "asked",
    [
        None, "", "c/spring", "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example/",
        "javascript:alert(1)", "/c/\r\nSet-Cookie: a=b", "/wechat/login?next=/", "/" + "a" * 1500, "/c/\u0000", "/%0a\n", "/c\\@evil",
    ],
)  # fmt: skip
def test_a_login_goes_nowhere_else(asked: str | None) -> None:
    assert safe_next(asked) == "/"


def test_the_whole_next_address_is_one_parameter() -> None:
    assert login_address("/c/spring?s=a&q=b#c") == "/wechat/login?next=/c/spring%3Fs%3Da%26q%3Db%23c"


def test_a_browser_keeps_the_name_that_it_brings() -> None:
    assert browser_mark(BROWSER) == BROWSER
    assert browser_mark(None) != browser_mark(None)
    assert browser_mark("x" * 300) != "x" * 300
