"""An official text as a Word document: real headings, a table head on every page, fonts that WPS and Word know."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from .glyphs import printable
from .official_text import Align, Block, Heading, OfficialText, Paragraph, Table

BODY, HEADING, TITLE = "仿宋", "黑体", "宋体"
ELSEWHERE = {
    BODY: "FangSong,仿宋_GB2312,STFangsong,Noto Serif CJK SC",
    HEADING: "SimHei,STHeiti,Noto Sans CJK SC",
    TITLE: "SimSun,STSong,Noto Serif CJK SC",
}
"""What a machine without these fonts takes instead."""
LATIN = "Times New Roman"
SIZE, LEADING, CELL_SIZE = 16, 28.9, 12
_ALIGN = {
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}
_UNTRUE = ("dcterms:created", "dcterms:modified", "cp:lastModifiedBy", "cp:revision", "dc:description")
"""What the template says of itself."""


def to_docx(text: OfficialText) -> bytes:
    """The .docx file's bytes. All characters stay as they are: the reader's machine may have those that we lack."""
    document = docx.Document()
    _set_page(document)
    _set_styles(document)
    _set_particulars(document, text)
    _add(document, text.title, "Title", "center")
    if text.number:
        _add(document, text.number, "Normal", "center")
    _add(document, "", "Normal")
    for block in text.blocks:
        _add_block(document, block)
    _add_signature(document, text)
    if text.footnote:
        _add(document, "", "Normal")
        for run in _add(document, text.footnote, "Normal").runs:
            run.font.size = Pt(10.5)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _add(document: Document, text: str, style: str, align: Align = "justify") -> WordParagraph:
    paragraph = document.add_paragraph(printable(text), style=style)
    paragraph.alignment = _ALIGN[align]
    return paragraph


def _add_block(document: Document, block: Block) -> None:
    match block:
        case Heading():
            document.add_heading(printable(block.text), level=1)
        case Paragraph():
            paragraph = _add(document, block.text, "Normal", block.align)
            if block.indent and block.align == "justify":
                _indent_characters(paragraph, firstLine=2)
        case Table() if block.head:
            _add_table(document, block)


def _add_signature(document: Document, text: OfficialText) -> None:
    """To the right, four characters in, as in the PDF but for centring a short name above a longer date."""
    _add(document, "", "Normal").paragraph_format.keep_with_next = True
    for line in [*text.signed.split("\n"), text.dated]:
        paragraph = _add(document, line, "Normal", "right")
        _indent_characters(paragraph, right=2 if len(line) > 16 else 4)
        paragraph.paragraph_format.keep_with_next = line is not text.dated


def _indent_characters(paragraph: WordParagraph, **characters: int) -> None:
    """In characters, as Word counts them in Chinese; in points for programs that do not."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    for side, count in characters.items():
        indent.set(qn(f"w:{side}Chars"), str(100 * count))
        indent.set(qn(f"w:{side}"), str(20 * SIZE * count))


def _add_table(document: Document, block: Table) -> None:
    table = document.add_table(rows=0, cols=len(block.head), style="Table Grid")
    if block.widths is not None:
        table.autofit = False
        for column, share in zip(table.columns, block.widths, strict=True):
            column.width = Mm(156 * share / sum(block.widths))
    for number, cells in enumerate([block.head, *block.rows]):
        _add_row(table, cells, head=number == 0)
    _add(document, "", "Normal")


def _add_row(table: WordTable, cells: Sequence[str], *, head: bool) -> None:
    row = table.add_row()  # type: ignore[no-untyped-call]  # in python-docx
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    for nth, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
        cell.width = table.columns[nth].width
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(printable(text))
        run.font.size, run.bold = Pt(CELL_SIZE), head
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if head else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE


def _set_page(document: Document) -> None:
    """A4 and the margins of GB/T 9704, page numbers between dashes."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run("— ")
    footer._p.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
    )
    footer.add_run(" —")


def _set_styles(document: Document) -> None:
    _set_style(document.styles["Normal"], BODY, SIZE, bold=False)
    _set_style(document.styles["Heading 1"], HEADING, SIZE, bold=False)
    _set_style(document.styles["Title"], TITLE, 22, bold=True)
    document.styles["Heading 1"].paragraph_format.first_line_indent = Pt(2 * SIZE)
    document.styles["Title"].paragraph_format.line_spacing = Pt(34)
    for border in document.styles["Title"].element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)
    _name_fonts_elsewhere(document)


def _set_style(style: ParagraphStyle, font: str, size: float, *, bold: bool) -> None:
    style.font.name, style.font.size, style.font.bold = LATIN, Pt(size), bold
    style.font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)
    for told in properties.findall(qn("w:lang")):
        properties.remove(told)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "zh-CN")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)
    shape = style.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LEADING)


def _name_fonts_elsewhere(document: Document) -> None:
    """In the document's own table of fonts, which Word and WPS ask where they lack one."""
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/fontTable"):
            fonts = "".join(
                f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
                for name, others in ELSEWHERE.items()
            )
            part = relation.target_part
            part._blob = part.blob.replace(b"</w:fonts>", fonts.encode() + b"</w:fonts>")


def _set_particulars(document: Document, text: OfficialText) -> None:
    particulars = document.core_properties
    particulars.title, particulars.author = printable(text.title)[:255], printable(text.signed)[:255]
    particulars.language = "zh-CN"
    element = particulars._element
    for name in _UNTRUE:
        for found in element.findall(qn(name)):
            element.remove(found)
