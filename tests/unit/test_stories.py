"""A story keeps its shape and loses whatever could do harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.candidates.stories import plain_text, to_html


def test_paragraphs_lists_emphasis_and_headings_are_kept() -> None:
    html = to_html("# 大\n\n## 中\n\n##### 小\n\n一\n二 **重** *轻*\n\n- 甲\n\n1. 乙\n\n> 引\n\n***")
    assert html == (
        "<h2>大</h2>\n<h2>中</h2>\n<h4>小</h4>\n<p>一<br>\n二 <strong>重</strong> <em>轻</em></p>\n"
        "<ul>\n<li>甲</li>\n</ul>\n<ol>\n<li>乙</li>\n</ol>\n<blockquote>\n<p>引</p>\n</blockquote>\n<hr>"
    )


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[好](javascript:alert(1))", "<p>[好](javascript:alert(1))</p>"),
        ("[好](http://a.example)", "<p>好</p>"),
        ("[好](/relative)", "<p>好</p>"),
        (
            "[好](https://a.example/?a=1&b=2)",
            '<p><a href="https://a.example/?a=1&amp;b=2" rel="nofollow noopener">好</a></p>',
        ),
        ("前![图](https://a.example/x.png)后", "<p>前后</p>"),
        ("[![图](https://a.example/x.png)](http://a.example)", "<p></p>"),
        ("    四个空格", "<p>四个空格</p>"),
        ("　　两个全角空格", "<p>两个全角空格</p>"),
        ("```\n<b>x</b>\n```", "<p>```<br>\n&lt;b&gt;x&lt;/b&gt;<br>\n```</p>"),
    ],
)
def test_what_could_do_harm_is_text_or_gone(markdown: str, html: str) -> None:
    assert to_html(markdown) == html


@given(st.text(alphabet="<>\"'&/ab=(){}[]!`#*_:\n\t -1.", max_size=200))
def test_no_tag_but_the_allowed_ones_ever_comes_out(markdown: str) -> None:
    html = to_html(markdown)
    allowed = "p|h[2-4]|ul|ol|li|strong|em|blockquote|hr|br|a"
    import re

    rest = re.sub(rf'</?(?:{allowed})(?: href="https://[^"<>]*")?(?: rel="nofollow noopener")?>', "", html)
    assert "<" not in rest
    assert ">" not in rest


def test_plain_text_is_one_line_of_the_words() -> None:
    assert (
        plain_text("# 题\n\n第一段\n续 **重点**。\n\n- a b\n- [链接](https://a.example)", 100)
        == "题第一段续重点。a b链接"
    )


def test_plain_text_is_cut_to_its_limit() -> None:
    assert plain_text("一二三四五", 5) == "一二三四五"
    assert plain_text("一二三四五六", 5) == "一二三四…"
    assert plain_text("", 5) == ""
    assert plain_text("a &amp; b ![图](https://a.example/x.png)", 50) == "a & b"
