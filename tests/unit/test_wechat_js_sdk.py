"""Page signatures by the platform's published vectors, and whose pages are signed."""

from __future__ import annotations

import pytest

from voting_service.wechat.js_sdk import MOST_URL, page_url, sign

TICKET = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
HOSTS = ("vote.example.org", "127.0.0.1:8000")


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        ("http://mp.weixin.qq.com", "f4d90daf4b3bca3078ab155816175ba34c443a7b"),
        ("http://mp.weixin.qq.com?params=value", "0f9de62fce790f9a083d5c99e95740ceb90c27ed"),
    ],
)
def test_signatures_are_the_published_ones(url: str, signature: str) -> None:
    assert sign(TICKET, "Wm3WZYTPz0wzccnW", 1414587457, url) == signature


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://vote.example.org/c/a?from=timeline#top", "https://vote.example.org/c/a?from=timeline"),
        ("https://vote.example.org", "https://vote.example.org"),
        ("https://VOTE.example.org/?q=%E4%B8%AD", "https://VOTE.example.org/?q=%E4%B8%AD"),
        ("https://vote.example.org:443/", "https://vote.example.org:443/"),
        ("http://vote.example.org/", "http://vote.example.org/"),
        ("http://127.0.0.1:8000/c/a", "http://127.0.0.1:8000/c/a"),
        ("https://vote.example.org/#" + "x" * MOST_URL, "https://vote.example.org/"),
        ("https://vote.example.org/" + "x" * (MOST_URL - 25), "https://vote.example.org/" + "x" * (MOST_URL - 25)),
    ],
)  # fmt: skip
def test_our_pages_are_signed_as_the_browser_reports_them(url: str, signed: str) -> None:
    assert page_url(url, HOSTS) == signed


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/c/a",
        "//vote.example.org/",
        "https:///c/a",
        "https://",
        "https://other.example.org/",
        "https://example.org/",
        "https://vote.example.org.evil.example/",
        "https://evil.example/vote.example.org",
        "https://evil.example/?https://vote.example.org/",
        "https://evil.example#https://vote.example.org/",
        "https://vote.example.org:8443/",
        "http://vote.example.org:443/",
        "http://127.0.0.1/",
        "https://127.0.0.1:8000.evil.example/",
        "https://vote.example.org:port/",
        "https://vote.example.org:99999999/",
        "https://user@vote.example.org/",
        "https://vote.example.org@evil.example/",
        "https://evil.example\\@vote.example.org/",
        "https://vote.example.org\\.evil.example/",
        "https://vote.example.org/\r\nX: y",
        "https://vote.example.org/\t",
        "https://vote.example.org/a b",
        " https://vote.example.org/",
        "https://vote.example.org/\x00",
        "https://vote.example.org/\u202e",
        "https://vote.example.org/\ud800",
        "https://[vote.example.org/",
        "javascript://vote.example.org/%0aalert(1)",
        "ftp://vote.example.org/",
        "https://vote.example.org/" + "x" * (MOST_URL - 24),
    ],
)
def test_other_addresses_are_not_signed(url: str) -> None:
    assert page_url(url, HOSTS) is None
