"""What the account answers in its chat. It shows the way; a ballot is always cast on the page.

Nothing that the sender wrote is repeated, and nothing here knows who the sender is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..campaigns.rule_texts import contact_texts
from ..campaigns.rules import State
from ..candidates.showcase import CampaignOnShow, CandidateView, PictureView, Showcase
from ..clock import Clock, spoken
from ..errors import Unavailable
from ..names import in_quotes
from ..text import Text, _
from ..wechat.messages import Message, NewsReply, Reply, TextReply
from .ballot_id import parse_tracking_code
from .chat_words import ToCheck, ToReadNotices, ToSee, ToVote, Wish, candidate_of_scene, wish_of
from .receipts import ReceiptState

MOST_LISTED = 5
"""A text may hold 2048 bytes; five titles with their links stay well below."""
_LONGEST_TITLE = 32
_LONGEST_SUMMARY = 80

_WITHOUT_A_WORD = frozenset({"image", "voice", "video", "shortvideo", "location", "link", "file"})


@dataclass(frozen=True)
class PublishedNotice:
    """A notice as the chat lists it."""

    title: str
    path: str


def no_notices() -> Sequence[PublishedNotice]:
    """Until notices are published by this service."""
    return ()


@dataclass(frozen=True)
class ChatAnswers:
    """Answers messages, from what the public sees anyway."""

    showcase: Showcase
    find_receipt: Callable[[str], ReceiptState | None]
    """What became of the ballot behind a tracking code as typed."""
    base_url: str
    clock: Clock
    notices: Callable[[], Sequence[PublishedNotice]] = no_notices
    """The notices on public view, the latest first."""

    def __call__(self, message: Message) -> Reply | None:
        """The reply; None where none is due. Raises Unavailable where what it needs cannot be read."""
        if message.kind == "text":
            return self._to_wish(wish_of(message.content))
        if message.kind == "event":
            return self._to_event(message.event, message.event_key)
        return _text(_help()) if message.kind in _WITHOUT_A_WORD else None

    def _to_event(self, event: str, key: str) -> Reply | None:
        if event == "click":
            return self._to_wish(wish_of(key))
        if event not in ("subscribe", "scan"):
            return None
        number = candidate_of_scene(key)
        if number is not None:
            return self._candidate(number)
        return (
            self._ballot()
            if event == "scan"
            else _text(_("您好，这里可以查看评选活动、候选人和选票。\n%(help)s", help=_help()))
        )

    def _to_wish(self, wish: Wish) -> Reply:
        if isinstance(wish, ToVote):
            return self._ballot()
        if isinstance(wish, ToSee):
            return self._candidate(wish.number)
        if isinstance(wish, ToReadNotices):
            return self._notices()
        if isinstance(wish, ToCheck):
            return self._ballot_found(wish.code)
        return _text(_help())

    # ---- 投票

    def _ballot(self) -> Reply:
        running = self._in_state("open", "resting")
        if not running:
            return self._none_open()
        if len(running) > 1:
            return _text(
                _(
                    "正在进行的评选活动：\n%(list)s\n请点开页面投票。",
                    list=self._list(running, lambda show: show.url),
                )
            )
        show = running[0]
        return NewsReply(
            title=str(_("%(title)s｜候选人展示与投票", title=_cut(show.title, _LONGEST_TITLE))),
            description=str(self._campaign_line(show)),
            picture_url=self._picture(show.cover, *(person.photo for person in show.candidates)),
            url=self._page(show.url),
        )

    def _campaign_line(self, show: CampaignOnShow) -> Text | str:
        summary = _cut(show.summary, _LONGEST_SUMMARY)
        opening = show.rules.next_opening(self.clock.now())
        if self._state(show) != "resting" or opening is None:
            return summary
        when = spoken(opening.astimezone(show.rules.zone))
        return _("现在不在投票时段，%(when)s 起可投。%(summary)s", when=when, summary=summary)

    def _none_open(self) -> TextReply:
        """What comes next, or else what was last."""
        coming = sorted(self._in_state("scheduled"), key=lambda show: show.rules.opens_at)
        if coming:
            show = coming[0]
            # The first moment at which a ballot may be cast, which daily hours may put off.
            opening = show.rules.next_opening(self.clock.now()) or show.rules.opens_at
            when = spoken(opening.astimezone(show.rules.zone))
            return _text(
                _("现在没有正在投票的活动。%(campaign)s的投票将于 %(when)s 开始，候选人可以先看。",
                  campaign=self._link(show.title, show.url), when=when)
            )  # fmt: skip
        past = self._in_state("closed")
        if past:
            return _text(
                _(
                    "%(campaign)s的投票已经结束，结果以认定和公示为准。",
                    campaign=self._link(past[0].title, past[0].url),
                )
            )
        return _text(_("现在没有正在进行的评选活动。"))

    # ---- 投 12

    def _candidate(self, number: int) -> Reply:
        running = self._in_state("open", "resting")
        if not running:
            return self._none_open()
        found = [
            (show, person)
            for show in running
            if (person := show.by_number.get(number)) and person.departed is None
        ]
        if not found:
            return _text(self._unknown_number(number, running))
        if len(found) > 1:
            shows = [show for show, _person in found]
            lines = self._list(shows, lambda show: show.by_number[number].url)
            return _text(
                _(
                    "以下活动都有 %(number)s 号候选人：\n%(list)s\n请点开页面查看和投票。",
                    number=number,
                    list=lines,
                )
            )
        show, person = found[0]
        title = _cut(show.title, _LONGEST_TITLE)
        return NewsReply(
            title=str(_("%(number)s 号 %(name)s｜%(title)s", number=number, name=person.name, title=title)),
            description=str(_candidate_line(person)),
            picture_url=self._picture(person.photo, show.cover),
            url=self._page(person.url),
        )

    def _unknown_number(self, number: int, shows: Sequence[CampaignOnShow]) -> Text:
        ranges = [
            str(
                _("%(title)s共有 %(n)s 位候选人，编号在 %(low)s 到 %(high)s 之间。",
                  title=f"“{in_quotes(_cut(show.title, _LONGEST_TITLE))}”", n=len(show.standing),
                  low=min(numbers), high=max(numbers))
            )
            for show in shows[:MOST_LISTED]
            if (numbers := [person.number for person in show.standing])
        ]  # fmt: skip
        lines = [*ranges, *self._more(len(shows))]
        return _("没有 %(number)s 号候选人。%(ranges)s", number=number, ranges="\n".join(lines))

    # ---- 公示

    def _notices(self) -> TextReply:
        published = self.notices()
        if published:
            lines = [f"· {self._link(notice.title, notice.path)}" for notice in published[:MOST_LISTED]]
            if len(published) > MOST_LISTED:
                lines.append(str(_("还有 %(n)s 份，请到活动页面查看。", n=len(published) - MOST_LISTED)))
            return _text(_("公示公告：\n%(list)s", list="\n".join(lines)))
        shows = self._in_state("open", "resting") or self.showcase.listed()[:1]
        if not shows:
            return _text(_("还没有发布公示公告。"))
        show = shows[0]
        contact = [f"{term}：{_cut(text, 100)}" for term, text in contact_texts(show.plan)]
        said = _(
            "%(campaign)s还没有发布公示公告，发布后可以在这里查到。",
            campaign=self._link(show.title, show.url),
        )
        if not contact:
            return _text(said)
        return _text(
            _(
                "%(said)s\n现在有情况要反映，请联系主办单位：\n%(contact)s",
                said=said,
                contact="\n".join(contact),
            )
        )

    # ---- 查验

    def _ballot_found(self, code: str) -> TextReply:
        if not code:
            return _text(_("请回复“查验”和回执上的查验码，例如：查验 7QK2-M3XD-9ABC-DEFG"))
        if parse_tracking_code(code) is None:
            return _text(_("查验码由 16 位字母和数字组成，请对照回执核对后再试。"))
        try:
            state = self.find_receipt(code)
        except Unavailable:
            return _text(_("现在查不了选票，请过几分钟再试。"))
        if state is None:
            return _text(_("没有查到这个查验码，请对照回执核对后再试。"))
        tracking_code = state.receipt.to_json()["tracking_code"]
        # Whom the ballot names, and what the committee wrote of it, stay on the page: a chat is read over shoulders.
        return _text(
            _("查验码 %(code)s\n%(stage)s\n%(standing)s\n%(link)s",
              code=tracking_code, stage=_STAGES[state.stage], standing=_STANDINGS[state.standing],
              link=self._link(str(_("查看回执")), f"/r/{tracking_code}"))
        )  # fmt: skip

    # ---- parts of answers

    def _state(self, show: CampaignOnShow) -> State:
        return "closed" if show.closed else show.rules.state_at(self.clock.now())

    def _in_state(self, *states: State) -> list[CampaignOnShow]:
        return [show for show in self.showcase.listed() if self._state(show) in states]

    def _page(self, path: str) -> str:
        return f"{self.base_url}{path}?entry=menu"

    def _link(self, words: str, path: str) -> str:
        # WeChat knows no escapes within a link's words.
        plain = _cut(words, _LONGEST_TITLE).replace("<", "＜").replace(">", "＞")
        url = self._page(path) if path.startswith("/c/") else self.base_url + path
        return f'<a href="{url}">{plain}</a>'

    def _list(self, shows: Sequence[CampaignOnShow], path_of: Callable[[CampaignOnShow], str]) -> str:
        lines = [f"· {self._link(show.title, path_of(show))}" for show in shows[:MOST_LISTED]]
        return "\n".join([*lines, *self._more(len(shows))])

    def _more(self, many: int) -> list[str]:
        """A last line where not all campaigns are listed: how many are not, and where they are."""
        if many <= MOST_LISTED:
            return []
        home = self._link(str(_("首页")), "/")
        return [str(_("还有 %(n)s 个评选活动，请到%(home)s查看。", n=many - MOST_LISTED, home=home))]

    def _picture(self, *candidates: PictureView | None) -> str:
        first = next((picture for picture in candidates if picture), None)
        return self.base_url + first.src if first else ""


_STAGES: dict[str, Text] = {
    "cast": _("选票已投出：已存入票箱，等待入账。"),
    "recorded": _("选票已入账：已写入台账和透明日志，从此不能更改。"),
    "published": _("选票已公开：签名的检查点已涵盖这张选票，任何人都能核对。"),
}
_STANDINGS: dict[str, Text] = {
    "counted": _("计票情况：已计入。"),
    "held": _("计票情况：待核，暂不计入票数，理由见回执页。您不必做什么。"),
    "voided": _("计票情况：已作废，不计入结果，理由见回执页。"),
}


def _help() -> Text:
    return _(
        "回复以下文字即可：\n"
        "投票：查看正在进行的评选\n"
        "12号：查看 12 号候选人\n"
        "公示：查看公示公告\n"
        "查验 加查验码：查看选票是否计入\n"
        "选票在页面上投出，回复消息不算投票。"
    )


def _candidate_line(person: CandidateView) -> Text:
    about = _cut(person.summary or person.story_text, _LONGEST_SUMMARY)
    return _(
        "%(organisation)s。%(about)s\n请点开页面投票，回复消息不算投票。",
        organisation=person.organisation,
        about=about,
    )


def _text(sentence: Text) -> TextReply:
    return TextReply(str(sentence))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
