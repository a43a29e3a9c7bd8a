"""Origins of media sites: what is taken, and how a browser is told. Vectors after RFC 6454 and the URL standard."""

from __future__ import annotations

import pytest

from voting_service.media.partners.rules import MediaTerms, Partner, origin_of, read_origins


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://www.news.example", "https://www.news.example"),
        (" https://WWW.News.example/ ", "https://www.news.example"),
        ("https://news.example:443", "https://news.example"),
        ("http://oa.example:80/", "http://oa.example"),
        ("https://news.example:8443", "https://news.example:8443"),
        ("https://工会.example", "https://xn--6oq837a.example"),
        ("http://10.20.30.40:8080", "http://10.20.30.40:8080"),
    ],
)
def test_an_origin_is_read_as_browsers_write_it(typed: str, origin: str) -> None:
    assert origin_of(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "", "news.example", "//news.example", "ftp://news.example", "https://", "https://news.example/page",
        "https://news.example?", "https://news.example#", "https://me@news.example", "https://news.example:0",
        "https://news.example:70000", "https://news.example:x", "https://*.news.example", "*", "https://news..example",
        "https://-news.example", "https://news.example; script-src *", "https://a.example https://b.example",
        "https://news.example,https://b.example", "https://[::1]", "https://1.2.3", "https://1.2.3.999", "'self'",
        "javascript:alert(1)", "https://ne\u0000ws.example", "https://" + "a" * 64 + ".example", "https://news.example'",
    ],
)  # fmt: skip
def test_everything_else_is_none(typed: str) -> None:
    assert origin_of(typed) is None


def test_a_list_is_read_line_by_line_and_all_problems_are_told_at_once() -> None:
    origins, found = read_origins("https://a.example\n\nhttps://A.example/\nhttps://b.example/x\nc.example")
    assert origins == ("https://a.example",)
    assert [one.sentence.values["line"] for one in found] == ["https://b.example/x", "c.example"]
    assert read_origins(" \n")[1][0].where == "origins"
    assert len(read_origins("\n".join(f"https://s{n}.example" for n in range(11)))[1]) == 1


def test_who_may_frame() -> None:
    news = Partner(1, "工人报", ("https://a.example", "https://b.example"), False)
    gone = Partner(2, "旧报", ("https://c.example",), True)
    known = {"a" * 16: news, "c" * 16: gone}
    free, closed = MediaTerms(partners=known), MediaTerms(only_partners=True, partners=known)
    assert list(free.ancestors("")) == ["*"]
    assert list(closed.ancestors("")) == ["'self'", "https://a.example", "https://b.example"]
    for terms in (free, closed):
        assert list(terms.ancestors("a" * 16)) == ["'self'", "https://a.example", "https://b.example"]
        assert list(terms.ancestors("c" * 16)) == ["*"], "a line without content"
        assert terms.is_revoked("c" * 16)
        assert terms.known("d" * 16) == ""
    assert list(MediaTerms(only_partners=True).ancestors("")) == ["'self'"]
