"""A worksheet as a book with live formulas: change a weight, a score or a vote, and composite and place follow. And as one flat
table. Both are made of the document alone.

Only references and numbers of ours stand in formulas, never what somebody typed. What spreadsheets cannot do is fractions:
they compare at ten decimals, which the service says where that might not suffice (``too_close``). Functions are those that
Excel, WPS and LibreOffice share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from openpyxl.utils import get_column_letter

from ...sheets import Cell, Formula, Sheet, to_csv, to_xlsx
from ..composite import LEAST_LEFT, SHOWN_DECIMALS, shown
from ..normalise import LOG_DECIMALS, WAYS
from ..scheme import SOURCE_WORDS, Normalisation, Source

ABOUT, WEIGHTS, SCORES, DATA = "说明", "项目和权重", "评委打分", "票数和数据"
POINTS, COMPOSITE, RANKING, VARIED = "折算", "综合得分", "排名", "变化分析"
COMPARED_DECIMALS = 10
"""Spreadsheets compare at so many decimals: an equal score computed in another order differs in the 14th."""

Rows = list[list[Cell]]
Document = Mapping[str, Any]


def worksheet_xlsx(document: Document, name: str, sha256: str) -> bytes:
    """The book. ``name``: ``A-0001``, or that it is provisional."""
    return to_xlsx(sheets_of(document, name, sha256))


def sheets_of(document: Document, name: str, sha256: str) -> list[Sheet]:
    """Its sheets, in the order in which one reads them."""
    book = _Book(document)
    return [
        _about(document, name, sha256),
        book.weights(),
        *([book.scores()] if book.judged else []),
        *([book.data()] if book.counted else []),
        book.points(),
        book.composite(),
        book.ranking(),
        *([_varied(document)] if document["sensitivity"] else []),
    ]


def worksheet_csv(document: Document) -> bytes:
    """One row for each candidate, best first: place, score, every criterion's points and weighted points, votes."""
    criteria = document["criteria"]
    votes = document["votes"]
    names = {one["number"]: one for one in document["candidates"]}
    head = ["名次", "编号", "姓名", "单位", "综合得分"]
    head += [f"{one['name']}（百分制）" for one in criteria] + [f"{one['name']}（加权）" for one in criteria]
    head += ["计入票数", "待核票数"] if votes else []

    def row(one: Mapping[str, Any]) -> list[Cell]:
        number = str(one["number"])
        person = names[one["number"]]
        points = document["points"][number]
        return [
            one["place"], one["number"], person["name"], person["organisation"], float(one["shown"]),
            *(float(shown(Fraction(points[c["key"]]))) for c in criteria),
            *(float(shown(Fraction(one["parts"][c["key"]]))) for c in criteria),
            *([votes["counted"][number], votes["held"][number]] if votes else []),
        ]  # fmt: skip

    return to_csv(head, (row(one) for one in document["ranked"]))


@dataclass(frozen=True)
class _Book:
    document: Document

    @property
    def criteria(self) -> Sequence[Mapping[str, Any]]:
        return cast(Sequence[Mapping[str, Any]], self.document["criteria"])

    @property
    def people(self) -> Sequence[Mapping[str, Any]]:
        return cast(Sequence[Mapping[str, Any]], self.document["candidates"])

    @property
    def judged(self) -> list[Mapping[str, Any]]:
        return [one for one in self.criteria if one["source"] == "judges"]

    @property
    def counted(self) -> list[Mapping[str, Any]]:
        return [one for one in self.criteria if one["source"] != "judges"]

    @property
    def judge_sheets(self) -> Sequence[Mapping[str, Any]]:
        return self.document["judges"]["sheets"] if self.document["judges"] else ()

    @property
    def last(self) -> int:
        """The last row of a table with a row for each candidate."""
        return len(self.people) + 1

    def place_of(self, criterion: Mapping[str, Any]) -> int:
        """The criterion's row among the weights."""
        return 2 + [one["key"] for one in self.criteria].index(criterion["key"])

    # ---- the sheets

    def weights(self) -> Sheet:
        """The scheme; columns D (weight), F (highest), H (cap) and I (left out) are what formulas refer to."""
        rows: Rows = []
        for number, one in enumerate(self.criteria, 1):
            way = WAYS[cast(Normalisation, one["normalisation"])] if one["normalisation"] else None
            tie = self.document["tie_break"]
            rows.append([
                number, one["key"], one["name"], _number(one["weight"]), str(SOURCE_WORDS[cast(Source, one["source"])]),
                one["highest"], str(way[0]) if way else "平均分", one["cap"], one["trim"],
                tie.index(one["key"]) + 1 if one["key"] in tie else None,
                str(way[2]) if way else f"去掉最高、最低各若干个后的平均分 ÷ 满分 × 100；至少留 {LEAST_LEFT} 个",
            ])  # fmt: skip
        rows.append([None, None, "合计", Formula(f"SUM(D2:D{len(rows) + 1})")])
        head = ["序号", "代码", "项目", "权重（%）", "来源", "满分", "折算办法", "封顶数", "最高、最低各去掉几个",
                "并列时第几看", "公式"]  # fmt: skip
        return Sheet(WEIGHTS, head, rows, (6, 18, 16, 10, 12, 8, 14, 10, 12, 12, 60))

    def scores(self) -> Sheet:
        """What each judge gave, a row for each criterion and candidate; the last four columns compute."""
        judges = len(self.judge_sheets)
        first, end = get_column_letter(4), get_column_letter(3 + judges)
        count, out, mean = (get_column_letter(4 + judges + more) for more in range(3))
        rows: Rows = []
        for criterion in self.judged:
            at = self.place_of(criterion)
            for person in self.people:
                row = len(rows) + 2
                given = f"{first}{row}:{end}{row}"
                rows.append([
                    criterion["name"], person["number"], person["name"],
                    *(_score(sheet, person["number"], criterion["key"]) for sheet in self.judge_sheets),
                    Formula(f"COUNT({given})") if judges else 0,
                    Formula(f"MAX(0,MIN('{WEIGHTS}'!$I${at},INT(({count}{row}-{LEAST_LEFT})/2)))"),
                    # Half a score more than is left out: what is asked for must not fall short by a rounding.
                    Formula(f"IF({count}{row}=0,0,TRIMMEAN({given},(2*{out}{row}+0.5)/{count}{row}))") if judges else 0,
                    Formula(f"100*{mean}{row}/'{WEIGHTS}'!$F${at}"),
                ])  # fmt: skip
        head = ["项目", "编号", "姓名", *(f"评委{n}" for n in range(1, judges + 1)), "有效份数", "最高、最低各去掉",
                "平均分", "百分制"]  # fmt: skip
        return Sheet(SCORES, head, rows, (14, 6, 14))

    def data(self) -> Sheet:
        """Votes and figures as they went in."""
        votes = self.document["votes"]
        shows_held = votes is not None
        rows: Rows = []
        for person in self.people:
            number = str(person["number"])
            rows.append([
                person["number"], person["name"], *(self._value(one, number) for one in self.counted),
                *([votes["held"][number]] if shows_held else []),
            ])  # fmt: skip
        head = [
            "编号",
            "姓名",
            *(one["name"] for one in self.counted),
            *(["待核票（未计入）"] if shows_held else []),
        ]
        return Sheet(DATA, head, rows, (6, 14))

    def points(self) -> Sheet:
        """Every criterion as points of 100."""
        rows: Rows = [
            [person["number"], person["name"], *(self._points(one, place) for one in self.criteria)]
            for place, person in enumerate(self.people)
        ]
        return Sheet(POINTS, ["编号", "姓名", *(one["name"] for one in self.criteria)], rows, (6, 14))

    def composite(self) -> Sheet:
        """Weighted points, their sum, the place; and beside them what the service computed, compared."""
        n, ties = len(self.criteria), self.document["tie_break"]
        total, compared, seen = (self._column(4 + n + more) for more in range(3))
        tie_columns = [self._column(7 + n + more) for more in range(len(ties))]
        place = self._column(7 + n + len(ties))
        own, own_place = (self._column(9 + n + len(ties) + more) for more in range(2))
        ours = {one["number"]: one for one in self.document["ranked"]}
        rows: Rows = []
        for at, person in enumerate(self.people, 2):
            rows.append([
                person["number"], person["name"], person["organisation"],
                *(Formula(f"'{POINTS}'!{self._column(3 + i)}{at}*'{WEIGHTS}'!$D${i + 2}/100") for i in range(n)),
                Formula(f"SUM({self._column(4)}{at}:{self._column(3 + n)}{at})"),
                Formula(f"ROUND({total}{at},{COMPARED_DECIMALS})"),
                Formula(f"ROUND({compared}{at},{SHOWN_DECIMALS})"),
                *(self._tie_value(key, at) for key in ties),
                Formula(self._place([compared, *tie_columns], at)),
                Formula(f"{place}{at}+SUMPRODUCT(({self._range(place)}={place}{at})*(ROW({self._range(place)})<ROW()))"),
                float(ours[person["number"]]["shown"]), ours[person["number"]]["place"],
                Formula(f'IF(AND({seen}{at}={own}{at},{place}{at}={own_place}{at}),"一致","不同")'),
            ])  # fmt: skip
        names = {one["key"]: one["name"] for one in self.criteria}
        head = ["编号", "姓名", "单位", *(f"{one['name']}（加权）" for one in self.criteria), "合计（未舍入）", "比较用",
                "综合得分", *(f"并列时看{names[key]}" for key in ties), "名次", "排列序号", "系统的得分", "系统的名次",
                "核对"]  # fmt: skip
        return Sheet(COMPOSITE, head, rows, (6, 14, 24))

    def ranking(self) -> Sheet:
        """Best first, by formulas too."""
        shift = len(self.criteria) + len(self.document["tie_break"])
        seen, place, order = (
            self._column(6 + len(self.criteria)),
            self._column(7 + shift),
            self._column(8 + shift),
        )
        seats = self.document["seats"]

        def found(column: str, row: int) -> Formula:
            where = f"MATCH({row - 1},'{COMPOSITE}'!{self._range(order)},0)"
            return Formula(f"INDEX('{COMPOSITE}'!{self._range(column)},{where})")

        rows: Rows = []
        for at in range(2, self.last + 1):
            rows.append([
                found(place, at), found("A", at), found("B", at), found("C", at), found(seen, at),
                *([Formula(f'IF(COUNTIF($A$2:$A${self.last},"<="&A{at})<={seats},"是",'
                           f'IF(A{at}<={seats},"并列待定","否"))')] if seats else []),
            ])  # fmt: skip
        head = ["名次", "编号", "姓名", "单位", "综合得分", *([f"在 {seats} 个名额内"] if seats else [])]
        return Sheet(RANKING, head, rows, (6, 6, 14, 24, 12, 14))

    # ---- parts of them

    def _value(self, criterion: Mapping[str, Any], number: str) -> Cell:
        if criterion["source"] == "votes":
            votes = self.document["votes"]
            return cast(int, votes["counted"][number]) if votes else 0
        figures = self.document["figures"].get(criterion["key"])
        return _number(figures["values"].get(number, "0")) if figures else 0

    def _points(self, criterion: Mapping[str, Any], place: int) -> Formula:
        if criterion["source"] == "judges":
            block = [one["key"] for one in self.judged].index(criterion["key"])
            row = 2 + block * len(self.people) + place
            return Formula(f"'{SCORES}'!{self._column(7 + len(self.judge_sheets))}{row}")
        column = self._column(3 + [one["key"] for one in self.counted].index(criterion["key"]))
        value, everyone = f"'{DATA}'!{column}{place + 2}", f"'{DATA}'!{self._range(column)}"
        if criterion["normalisation"] == "rank_points":
            n = f"COUNT({everyone})"
            return Formula(f"IF({value}=0,0,100*({n}-RANK({value},{everyone})+1)/{n})")
        if criterion["normalisation"] == "capped_log":
            cap = f"'{WEIGHTS}'!$H${self.place_of(criterion)}"
            above = f"ROUND(LOG10(1+MIN({value},{cap})),{LOG_DECIMALS})"
            return Formula(f"100*{above}/ROUND(LOG10(1+{cap}),{LOG_DECIMALS})")
        return Formula(f"IF(MAX({everyone})=0,0,100*{value}/MAX({everyone}))")

    def _tie_value(self, key: str, row: int) -> Formula:
        column = self._column(3 + [one["key"] for one in self.criteria].index(key))
        return Formula(f"ROUND('{POINTS}'!{column}{row},{COMPARED_DECIMALS})")

    def _place(self, columns: Sequence[str], row: int) -> str:
        """One more than how many have a higher score; among equal scores, than how many have more by the tie-break."""
        terms = []
        for depth, column in enumerate(columns):
            equal = [f"({self._range(c)}={c}{row})" for c in columns[:depth]]
            terms.append("*".join([*equal, f"({self._range(column)}>{column}{row})", "1"]))
        return "1+" + "+".join(f"SUMPRODUCT({term})" for term in terms)

    def _range(self, column: str) -> str:
        return f"${column}$2:${column}${self.last}"

    @staticmethod
    def _column(number: int) -> str:
        return get_column_letter(number)


def _about(document: Document, name: str, sha256: str) -> Sheet:
    votes, judges = document["votes"], document["judges"]
    lines: list[tuple[str, str]] = [
        ("评选活动", document["campaign"]["title"]),
        ("主办单位", document["campaign"]["organiser"]),
        ("测算表", name),
        ("SHA-256", sha256),
        ("怎样重算", f"各表都是公式。改动“{WEIGHTS}”的权重，或者“{SCORES}”“{DATA}”里的数，得分和名次随之变化。"),
        ("核对", f"“{COMPOSITE}”最右边是系统算出的得分和名次；没有改动时，应当处处“一致”。"),
        ("舍入", f"得分四舍五入到小数点后 {SHOWN_DECIMALS} 位显示，名次按未舍入的得分排列。"
               f"系统用分数精确计算；电子表格按小数点后 {COMPARED_DECIMALS} 位比较。"),
        ("评委打分", f"评委不署名，按评分表的哈希排列。空格是回避。去掉最高、最低分后至少留 {LEAST_LEFT} 个，评委太少就少去或不去。"),
        ("计票结果", _votes_line(votes)),
    ]  # fmt: skip
    if judges and judges["absent"]:
        lines.append(("未交表", f"{judges['absent']} 名评委没有交表。理由：{judges['reason']}"))
    if document["tied"]:
        lines.append(("名额边界并列", f"{_numbers(document['tied'])} 号并列，名额不够，由评审委员会决定。"))
    if document["too_close"]:
        lines.append(("注意", "有的得分相差不到十亿分之一，电子表格分不出先后，以系统的名次为准。"))
    lines += [
        (criterion["name"], str(WAYS[cast(Normalisation, criterion["normalisation"])][1]))
        for criterion in document["criteria"]
        if criterion["normalisation"]
    ]
    lines += [
        (f"{names}的来源", figures["source"])
        for key, figures in document["figures"].items()
        for names in [c["name"] for c in document["criteria"] if c["key"] == key]
    ]
    lines += [(f"{one['number']} 号 {one['name']}", "已不是候选人，不参加排名") for one in document["left"]]
    return Sheet(ABOUT, ["项目", "内容"], [list(line) for line in lines], (18, 100))


def _varied(document: Document) -> Sheet:
    rows: Rows = [
        [
            scenario_name(one["vote_weight"], one["with_held"]),
            "有变化" if one["entering"] or one["leaving"] else "没有变化",
            _numbers(one["entering"]), _numbers(one["leaving"]), _numbers(one["tied"]),
        ]
        for one in document["sensitivity"]
    ]  # fmt: skip
    head = ["假设", "名额内的人选", "进入（编号）", "退出（编号）", "名额边界并列（编号）"]
    return Sheet(VARIED, head, rows, (40, 14, 20, 20, 20))


def scenario_name(vote_weight: str | None, with_held: bool) -> str:
    """What would be otherwise, in words."""
    if with_held:
        return "权重不变，待核的选票全部计入"
    return f"网络投票占 {_number(vote_weight or '0')}%，其他项目按比例调整"


def _votes_line(votes: Mapping[str, Any] | None) -> str:
    if votes is None:
        return "没有网络投票一项，或还没有票数"
    if votes["certified"] is None:
        return f"还没有认定，暂按透明日志前 {votes['log_size']} 条计算"
    return f"已认定（{votes['certified']}），透明日志前 {votes['log_size']} 条，SHA-256 {votes['sha256']}"


def _numbers(numbers: Iterable[int]) -> str:
    return "、".join(map(str, numbers))


def _score(sheet: Mapping[str, Any], number: int, key: str) -> Cell:
    text = sheet["scores"].get(str(number), {}).get(key)
    return None if text is None else _number(text)


def _number(text: str) -> int | float:
    value = Fraction(text)
    return value.numerator if value.denominator == 1 else float(value)
