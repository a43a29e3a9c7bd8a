"""The report on a notice's result (公示结果报告), from what was published alone: anyone could write it from the same documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from voting_service.documents.official_text import Block, Heading, OfficialText, Paragraph, Table
from voting_service.names import in_title_marks
from voting_service.text import Text, _
from voting_service.workdays.wording import spoken_date

from ..docket.words import DECLINE_WORDS, REPORTED_WAYS
from ..notices.events import NOTICE_CLOSED
from ..notices.models import Notice, NoticeEvent
from ..notices.queries import document_of, steps_of
from ..notices.words import CAUSE_WORDS, LEVEL_WORDS
from .result import published_result

_CONCLUSIONS = {
    "no_objection": _("公示期满，没有收到异议，公示名单没有变动。"),
    "objections_ruled": _("公示期满，收到的异议已全部办结，公示名单没有变动。"),
    "changed": _("公示期满，收到的异议已全部办结，公示名单有变动，以变动后的名单和补充公示为准。"),
    "changed_without_objection": _("公示期满，没有收到异议，公示名单有变动，以变动后的名单和补充公示为准。"),
}


@dataclass(frozen=True)
class Place:
    """Where things are: the service's address without a slash at the end, and its time zone."""

    home: str
    zone: ZoneInfo


def report_of(
    notice: Notice, result: Mapping[str, Any], place: Place, event: NoticeEvent | None = None
) -> OfficialText:
    """The report on a published notice. ``event``: the step that closed it; without one it is a preview."""
    published, later = document_of(notice), [step for step in steps_of(notice) if step["type"] != "notice"]
    blocks: list[Block] = [
        Heading(str(_("一、公示情况"))),
        Paragraph(str(_published_text(published, place))),
        # A supplement about a place that stays empty lists nobody.
        *([_people_table(published)] if published["people"] else []),
        Heading(str(_("二、公示时间"))),
        *_window_paragraphs(published, later, result, place),
        Heading(str(_("三、异议受理和办理情况"))),
        *(Paragraph(str(text)) for text in objection_texts(result["objections"])),
        Heading(str(_("四、名单变动和递补情况"))),
        *(Paragraph(str(text)) for text in change_texts(result["changes"], place)),
        *_final_list(result["list"]),
        Heading(str(_("六、结论"))),
        Paragraph(str(conclusion(result))),
    ]
    return OfficialText(
        title=report_title(published["title"]),
        blocks=tuple(blocks),
        signed=published["organiser"],
        dated=str(_day_of(result["at"], place)),
        footnote=str(_footnote(published, place, event)),
    )


def closed_report(notice: Notice, place: Place) -> OfficialText | None:
    """The report on a closed notice; None while it is not closed."""
    result = published_result(notice)
    if result is None:
        return None
    event = next(event for event in notice.events if event.act == NOTICE_CLOSED)
    return report_of(notice, result, place, event)


def report_title(title: str) -> str:
    """``关于“…”拟定人选的公示结果报告``."""
    return f"{title}结果报告" if title.endswith("公示") else f"{title}公示结果报告"


def conclusion(result: Mapping[str, Any]) -> Text:
    """The sentence that a reader looks for."""
    outcome = result["outcome"]
    if outcome == "changed" and not result["objections"]["received"]:
        outcome = "changed_without_objection"
    return _CONCLUSIONS[outcome]


def objection_texts(numbers: Mapping[str, Any]) -> list[Text]:
    """How many came, and what became of them."""
    if not numbers["received"]:
        return [_("公示期间没有收到异议。")]
    declined = sum(numbers["declined"].values())
    texts = [
        _("公示期间共收到异议 %(received)s 件，其中受理 %(accepted)s 件，不予受理 %(declined)s 件，异议人撤回 %(withdrawn)s 件。",
          received=numbers["received"], accepted=numbers["accepted"], declined=declined, withdrawn=numbers["withdrawn"])
    ]  # fmt: skip
    ways = "、".join(
        f"{words} {numbers['came_by'][way]} 件"
        for way, words in REPORTED_WAYS.items()
        if way in numbers["came_by"]
    )
    texts.append(_("异议的来源：%(ways)s。", ways=ways))
    if declined:
        classes = "、".join(f"{DECLINE_WORDS[kind]} {n} 件" for kind, n in numbers["declined"].items())
        texts.append(_("不予受理的理由：%(classes)s。", classes=classes))
    if numbers["accepted"]:
        texts.append(
            _("受理的异议均已查核并作出处理决定：异议成立 %(upheld)s 件，异议不成立 %(dismissed)s 件。",
              upheld=numbers["upheld"], dismissed=numbers["dismissed"])
        )  # fmt: skip
    return texts


def change_texts(changes: Sequence[Mapping[str, Any]], place: Place) -> list[Text]:
    """Who left, why, and who came."""
    return [_change_text(change, place) for change in changes] or [_("公示名单没有变动。")]


def _change_text(change: Mapping[str, Any], place: Place) -> Text:
    left = _("%(n)s 号 %(name)s退出名单（%(cause)s），理由：%(reason)s", n=change["number"], name=change["name"],
             cause=CAUSE_WORDS[change["cause"]], reason=_sentence(change["reason"]))  # fmt: skip
    if change["successor"] is None:
        followed = _("没有符合条件的人递补，名额空缺。")
    else:
        followed = _("由 %(n)s 号 %(name)s（%(organisation)s）递补。", n=change["successor"],
                     name=change["successor_name"], organisation=change["successor_organisation"])  # fmt: skip
    if change["supplementary"] is None:
        return _("%(left)s%(followed)s", left=left, followed=followed)
    return _(
        "%(left)s%(followed)s%(day)s发布了《%(title)s》（第 %(id)s 号公告）。", left=left, followed=followed,
        day=_day_of(change["supplementary_published_at"], place), title=in_title_marks(change["supplementary_title"]),
        id=change["supplementary"],
    )  # fmt: skip


def _published_text(published: Mapping[str, Any], place: Place) -> Text:
    at = datetime.fromisoformat(published["published_at"]).astimezone(place.zone)
    people = published["people"]
    what = _("公示 %(n)s 名：", n=len(people)) if people else _("公告名额空缺。")
    return _(
        "%(day)s%(hour)s时%(minute)s分，%(organiser)s在 %(url)s 发布《%(title)s》（第 %(id)s 号公告，%(level)s），%(what)s",
        day=spoken_date(at.date(), year=True), hour=at.hour, minute=f"{at.minute:02d}",
        organiser=published["organiser"], url=f"{place.home}/c/{published['campaign']}/notices/{published['id']}",
        title=in_title_marks(published["title"]), id=published["id"], level=LEVEL_WORDS[published["level"]], what=what,
    )  # fmt: skip


def _people_table(published: Mapping[str, Any]) -> Table:
    head = tuple(map(str, (_("编号"), _("姓名"), _("单位"), _("职务"))))
    rows = (
        (str(one["number"]), one["name"], one["organisation"], one["title"]) for one in published["people"]
    )
    return Table(head, tuple(rows))


def _final_list(listed: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Who is on the list in the end; of those who took a place, by which notice."""
    heading = Heading(str(_("五、公示后的名单")))
    if not listed:
        return [heading, Paragraph(str(_("至本报告之日，名单上没有人。")))]
    columns = (
        (_("编号"), [str(one["number"]) for one in listed]),
        (_("姓名"), [one["name"] for one in listed]),
        (_("单位"), [one["organisation"] for one in listed]),
        (_("职务"), [one["title"] for one in listed]),
        (_("备注"), [_remark(one) for one in listed]),
    )
    kept = [(str(head), cells) for head, cells in columns if any(cells)]
    rows = tuple(zip(*(cells for _head, cells in kept), strict=True))
    said = Paragraph(str(_("至本报告之日，名单共 %(n)s 人：", n=len(listed))))
    return [heading, said, Table(tuple(head for head, _cells in kept), rows)]


def _remark(one: Mapping[str, Any]) -> str:
    notice = one["supplementary"]
    if notice is None:
        return ""
    if one["closed"]:
        return str(_("递补（第 %(n)s 号公告）", n=notice))
    return str(_("递补（第 %(n)s 号公告，公示未结束）", n=notice))


def _window_paragraphs(
    published: Mapping[str, Any], later: Sequence[Mapping[str, Any]], result: Mapping[str, Any], place: Place
) -> list[Paragraph]:
    texts = ["".join(published["schedule"]["sentences"])]
    for step in later:
        day, said = _day_of(step["at"], place), "".join(step["schedule"]["sentences"])
        if step["type"] == "notice_extended":
            reason = _sentence(step["reason"])
            texts.append(
                str(_("%(day)s延长公示期，理由：%(reason)s%(said)s", day=day, reason=reason, said=said))
            )
        else:
            texts.append(str(_("%(day)s，放假安排公布后确认日期：%(said)s", day=day, said=said)))
    if later:
        first, last, until = (
            spoken_date(date.fromisoformat(result["window"][key]), year=True)
            for key in ("first_day", "last_day", "accepted_until")
        )
        texts.append(
            str(
                _(
                    "实际公示期自%(first)s起至%(last)s止，异议受理至%(until)s止。",
                    first=first,
                    last=last,
                    until=until,
                )
            )
        )
    return [Paragraph(text) for text in texts]


def _footnote(published: Mapping[str, Any], place: Place, event: NoticeEvent | None) -> Text:
    if event is None:
        return _("这是预览，公示还没有结束。")
    return _(
        "本报告所依据的公告和结果原文均已公开，结果原文见 %(url)s ，SHA-256 指纹：%(sha256)s",
        url=f"{place.home}/log/{published['campaign']}/{event.log_name}.json", sha256=event.document_sha256,
    )  # fmt: skip


def _sentence(text: str) -> str:
    """With a full stop, whether or not whoever wrote it has set one."""
    return text if text.endswith(("。", "！", "？", "…")) else f"{text}。"


def _day_of(moment: str, place: Place) -> Text:
    return spoken_date(datetime.fromisoformat(moment).astimezone(place.zone).date(), year=True)
