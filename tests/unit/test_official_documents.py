"""Official texts as PDF, Word and picture: read back, as their readers do."""

from __future__ import annotations

import re
import unicodedata
from io import BytesIO

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from PIL import Image

from tests.conftest import missing
from voting_service.documents import glyphs
from voting_service.documents.glyphs import missing_glyphs, own_coverage, rare_glyphs, system_font
from voting_service.documents.official_text import Block, Heading, OfficialText, Paragraph, Table
from voting_service.documents.pdf import to_pdf
from voting_service.documents.picture import draw_card
from voting_service.documents.word import to_docx

NOBODY_HAS = "\ua66e"
"""ꙮ, of one Slavonic manuscript."""
NAMES = (
    "于飞",
    "欧阳锋",
    "努尔古丽·买买提江",
    "阿卜杜热合曼·阿卜杜热西提江",
    "骉淏琎珝翙",
    "迪丽热巴·迪力木拉提江汗",
)


def official(*blocks: Block, **changes: str) -> OfficialText:
    given = {"title": "关于“最美产业工人”的公示", "signed": "云川市总工会", "dated": "2026年5月11日"}
    return OfficialText(blocks=blocks, **(given | changes))


def pages(made: bytes) -> list[str]:
    """The text of every page."""
    document = pypdfium2.PdfDocument(made)
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def joined(made: bytes) -> str:
    """All of it without page numbers, line breaks and spaces, as one searches it."""
    return "".join("".join(re.sub(r"— \d+ —", "", page) for page in pages(made)).split())


def ink(made: bytes, page: int = 0) -> Image.Image:
    """A page as it is printed, 2 pixels a point, black on white."""
    rendered: Image.Image = pypdfium2.PdfDocument(made)[page].render(scale=2).to_pil().convert("L")
    return rendered


def test_a_pdf_says_what_it_is_and_can_be_searched() -> None:
    made = to_pdf(
        official(
            Heading("一、依据"), Paragraph("根据《办法》（2026年修订），公示如下。"), number="云工〔2026〕3号"
        )
    )
    document = pypdfium2.PdfDocument(made)
    assert document.get_metadata_dict()["Title"] == "关于“最美产业工人”的公示"
    assert document.get_metadata_dict()["CreationDate"] == ""
    assert b"/Lang (zh-CN)" in made
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    text = joined(made)
    for said in ("关于“最美产业工人”的公示", "云工〔2026〕3号", "一、依据", "根据《办法》（2026年修订），公示如下。",
                 "云川市总工会2026年5月11日"):  # fmt: skip
        assert said in text
    assert "— 1 —" in pages(made)[0]


def test_a_word_document_is_made_whatever_stands_in_its_title() -> None:
    made = docx.Document(
        BytesIO(to_docx(official(title="关于\x01人选\ufffe的公示", signed="云川\x0b市总工会")))
    )
    assert (made.core_properties.title, made.core_properties.author) == ("关于人选的公示", "云川市总工会")


def test_the_same_text_gives_the_same_file() -> None:
    text = official(Paragraph("同一份文件。"))
    assert to_pdf(text) == to_pdf(text)


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_whole_in_a_table(name: str) -> None:
    table = Table(("编号", "姓名", "单位"), (("1", name, "云川第一建筑有限公司"),))
    assert name in joined(to_pdf(official(table)))
    assert docx.Document(BytesIO(to_docx(official(table)))).tables[0].cell(1, 1).text == name


def test_a_table_without_rows_is_its_head_and_one_without_columns_is_nothing() -> None:
    made = to_pdf(official(Table(("编号", "姓名"), ()), Table((), ()), Paragraph("名额空缺。")))
    assert "编号姓名名额空缺。" in joined(made)
    word = docx.Document(BytesIO(to_docx(official(Table(("编号", "姓名"), ()), Table((), ())))))
    assert [len(table.rows) for table in word.tables] == [1]


def test_a_long_table_has_its_head_on_every_page() -> None:
    rows = tuple((str(n), f"候选人{n}", "云川市晨光区第一建筑工程有限责任公司") for n in range(1, 121))
    read = pages(to_pdf(official(Table(("编号", "姓名", "单位"), rows))))
    assert len(read) > 3
    with_rows = [page for page in read if "候选人" in page]
    assert all("编号" in page and page.count("单位") >= 1 for page in with_rows)
    assert [n for n in range(1, 121) if f"候选人{n}" not in "".join(read)] == []
    assert [f"— {n} —" in page for n, page in enumerate(read, 1)] == [True] * len(read)


def test_a_row_longer_than_a_page_is_split() -> None:
    deeds = "".join(f"第{n}年坚守一线，" for n in range(1, 500))
    made = to_pdf(official(Table(("姓名", "事迹"), (("于飞", deeds),), widths=(1, 4))))
    assert len(pages(made)) > 1
    assert "第499年坚守一线" in joined(made)


def test_a_long_paragraph_goes_over_pages_and_none_of_it_is_lost() -> None:
    long = "".join(f"第{n}条，照章办理。" for n in range(1, 400))
    text = joined(to_pdf(official(Paragraph(long))))
    assert [n for n in range(1, 400) if f"第{n}条" not in text] == []


def test_no_signature_stands_alone_on_a_page() -> None:
    for lines in range(15, 25):
        last = pages(to_pdf(official(*[Paragraph(f"第{n}段。") for n in range(lines)])))[-1]
        assert f"第{lines - 1}段。" in last
        assert "2026年5月11日" in last


def test_nothing_is_printed_outside_the_margins() -> None:
    url = "https://vote.example.org/" + "a" * 200
    made = to_pdf(official(Paragraph(f"见 {url}"), signed="云川市总工会" * 12))
    page = ink(made)
    left, top, right, bottom = page.point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert left >= 28 / 25.4 * 144 - 2
    assert right <= (28 + 156) / 25.4 * 144 + 2
    assert top >= 37 / 25.4 * 144 - 2
    assert bottom <= page.height - 20 / 25.4 * 144


def test_rare_characters_of_names_are_printed_and_can_be_copied() -> None:
    if system_font() is None:
        missing("Noto CJK")
    made = to_pdf(official(Paragraph("张㛃、李𬭎、王䶮"), title="张㛃李𬭎王䶮"))
    assert "张㛃、李𬭎、王䶮" in joined(made)
    assert pypdfium2.PdfDocument(made).get_metadata_dict()["Title"] == "张㛃李𬭎王䶮"
    assert rare_glyphs("张㛃、李𬭎、王䶮㛃") == ["㛃", "𬭎", "䶮"]
    assert missing_glyphs("张㛃、李𬭎、王䶮") == []
    # Printed as shapes and not as holes: a page with them has more ink than one that leaves them out.
    bare = to_pdf(official(Paragraph("张、李、王"), title="张李王"))
    assert dark(ink(made)) > dark(ink(bare)) + 1000


def dark(page: Image.Image) -> int:
    return sum(page.histogram()[:128])


def test_what_no_font_has_is_a_geta_and_told() -> None:
    assert missing_glyphs(f"张{NOBODY_HAS}三{NOBODY_HAS}") == [NOBODY_HAS]
    assert "张〓三" in joined(to_pdf(official(Paragraph(f"张{NOBODY_HAS}三"))))


def test_without_the_system_font_rare_characters_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "SYSTEM_FONTS", ())
    system_font.cache_clear()
    try:
        assert missing_glyphs("张㛃") == ["㛃"]
        assert "张〓" in joined(to_pdf(official(Paragraph("张㛃"))))
        assert draw_card("张㛃", [], [])
    finally:
        system_font.cache_clear()


def test_what_has_no_shape_is_left_out_and_not_missed() -> None:
    shapeless = "张\u200b三\ufe0f\x07\ufeff\ud800"
    assert missing_glyphs(shapeless) == []
    assert "张三" in joined(to_pdf(official(Paragraph(shapeless))))
    assert docx.Document(BytesIO(to_docx(official(Paragraph(shapeless))))).paragraphs[2].text == "张三"


def test_our_font_has_every_common_character() -> None:
    """Of GB 2312's 6 763 ideographs it lacks 33, none of them of the first level; those are rare in names."""
    lacking = [
        sign for code in range(0xB0A1, 0xF7FF) if (sign := _gb_2312(code)) and ord(sign) not in own_coverage()
    ]
    assert len(lacking) == 33
    assert [sign for sign in lacking if sign.encode("gb2312") < b"\xd8\xa1"] == []
    assert all(unicodedata.category(sign) == "Lo" for sign in lacking)


def _gb_2312(code: int) -> str:
    return code.to_bytes(2).decode("gb2312", "ignore") if code & 0xFF >= 0xA1 else ""


def test_word_has_headings_repeated_heads_and_chinese_fonts() -> None:
    rows = (("1", "于飞"), ("2", "欧阳锋"))
    made = to_docx(official(Heading("一、名单"), Paragraph("如下。"), Table(("编号", "姓名"), rows), number="云工〔2026〕3号",
                            footnote="可以核对。"))  # fmt: skip
    document = docx.Document(BytesIO(made))
    assert [(one.style.name, one.text) for one in document.paragraphs if one.text] == [
        ("Title", "关于“最美产业工人”的公示"),
        ("Normal", "云工〔2026〕3号"),
        ("Heading 1", "一、名单"),
        ("Normal", "如下。"),
        ("Normal", "云川市总工会"),
        ("Normal", "2026年5月11日"),
        ("Normal", "可以核对。"),
    ]
    table = document.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["编号", "姓名"], *map(list, rows)]
    assert [bool(row._tr.trPr.findall(qn("w:tblHeader"))) for row in table.rows] == [True, False, False]
    fonts = {name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) for name in
             ("Normal", "Heading 1", "Title")}  # fmt: skip
    assert fonts == {"Normal": "仿宋", "Heading 1": "黑体", "Title": "宋体"}
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.top_margin.mm), round(section.left_margin.mm)) == (
        210,
        37,
        28,
    )
    assert (document.core_properties.title, document.core_properties.author) == (
        "关于“最美产业工人”的公示", "云川市总工会",
    )  # fmt: skip
    assert document.core_properties.created is None
    assert 'w:instr="PAGE"' in section.footer._element.xml


def test_a_card_is_as_wide_as_a_phone_keeps_it() -> None:
    rows = [("受理编号", "GS-2026-7K3M9Q"), ("查询码", "7QK2-M3XD-40RB")]
    made = Image.open(BytesIO(draw_card("异议回执", rows, ["请妥善保存。" * 20])))
    assert (made.format, made.width) == ("PNG", 750)
    taller = Image.open(
        BytesIO(draw_card("异议回执", [*rows, ("答复期限", "2026年5月22日")], ["请妥善保存。" * 20]))
    )
    assert taller.height > made.height
