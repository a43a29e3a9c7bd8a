"""What a poster says: a campaign's and a candidate's words as they are now, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ...candidates.showcase import PHOTOS_URL, CampaignOnShow, CandidateView, PictureView
from ...clock import spoken
from ...errors import NotFound
from ...text import Text, _

Say = Callable[[Text], str]
Stage = Literal["ahead", "open", "over"]


@dataclass(frozen=True)
class Picture:
    """A photo that is in the store."""

    name: str
    """Without its width: ``0123…``."""
    widths: tuple[int, ...]
    width: int
    height: int
    alt: str

    @property
    def wide(self) -> bool:
        """Whether it lies across."""
        return self.width > self.height

    def file(self, least_px: float) -> str:
        """The smallest of its files that is at least so wide, else the largest."""
        width = min((have for have in self.widths if have >= least_px), default=self.widths[-1])
        return f"{self.name}-{width}.jpg"


@dataclass(frozen=True)
class Person:
    """A candidate."""

    number: int
    name: str
    organisation: str
    title: str
    slogan: str
    photo: Picture | None


@dataclass(frozen=True)
class Subject:
    """Everything that may stand on a poster."""

    slug: str
    title: str
    organiser: str
    call: str
    """What a code is for, in a few words."""
    steps: str
    """The same, for whoever has never scanned one."""
    dates: tuple[str, ...]
    """When one may vote: on one line, or on one each."""
    number_word: str
    """``%s 号``."""
    address: str
    """What the code holds."""
    typed: str
    """The same for whoever types it: without scheme and site."""
    stage: Stage
    person: Person | None
    people: tuple[Person, ...]
    """All who may be chosen, by number."""
    cover: Picture | None
    site_name: str = ""
    """Of the place where it will hang, small, for whoever puts it up. Never from an address: else anybody could have a
    poster made that says what they like."""


def stage_of(show: CampaignOnShow, now: datetime) -> Stage:
    """Where the voting stands, as far as posters tell."""
    state = "closed" if show.closed else show.rules.state_at(now)
    return {"scheduled": "ahead", "closed": "over"}.get(state, "open")  # type: ignore[return-value]  # one of three


def candidate_of(show: CampaignOnShow, number: int) -> CandidateView:
    """Whose poster is asked for. Raises NotFound, also for one who left: no poster asks for ballots that count for nobody."""
    found = show.by_number.get(number)
    if found is None or found.departed:
        raise NotFound(_("没有这位候选人，或者已不再是候选人，没有海报。"), _("请回到活动页查看。"))
    return found


def subject_of(
    show: CampaignOnShow, number: int | None, now: datetime, base_url: str, say: Say, *, site: str = "", site_name: str = ""
) -> Subject:  # fmt: skip
    """A campaign's poster, or a candidate's. ``site``: the code of the place where it will hang, in the QR code; one that
    ``is_site`` has let through. Raises NotFound."""
    person = candidate_of(show, number) if number is not None else None
    path = person.url if person else show.url
    stage = stage_of(show, now)
    return Subject(
        slug=show.slug,
        title=show.title,
        organiser=show.organiser,
        call=say(_CALLS[stage][person is None]),
        steps=say(_("微信扫一扫，或用手机浏览器、相机扫码")),
        dates=_dates(show, stage, say),
        number_word=say(_("%(number)s 号", number="%s")),
        address=base_url + path + (f"?q={site}" if site else ""),
        typed=(base_url + path).partition("://")[2],
        stage=stage,
        person=_person(person) if person else None,
        people=tuple(_person(one) for one in show.standing),
        cover=_picture(show.cover),
        site_name=site_name,
    )


_CALLS: dict[Stage, tuple[Text, Text]] = {
    "ahead": (_("扫码看事迹"), _("扫码看候选人事迹")),
    "open": (_("扫码看事迹、参与投票"), _("扫码看事迹、参与投票")),
    "over": (_("扫码看事迹和评选结果"), _("扫码看评选结果")),
}
"""On a candidate's poster, and on a campaign's."""


def _dates(show: CampaignOnShow, stage: Stage, say: Say) -> tuple[str, ...]:
    rules = show.rules
    begins, ends = (
        say(spoken(moment.astimezone(rules.zone))) for moment in (rules.opens_at, show.closed_at or rules.closes_at)
    )  # fmt: skip
    if stage == "over":
        return (say(_("投票已于 %(end)s 截止", end=ends)),)
    return say(_("投票时间：%(begin)s", begin=begins)), say(_("至 %(end)s", end=ends))


def _person(view: CandidateView) -> Person:
    return Person(
        view.number, view.name, view.organisation, view.title, view.slogan, _picture(view.photo, view.name)
    )


def _picture(view: PictureView | None, alt: str = "") -> Picture | None:
    if view is None:
        return None
    name = view.src.removeprefix(PHOTOS_URL).rpartition("-")[0]
    widths = tuple(int(one.rpartition(" ")[2].rstrip("w")) for one in view.srcset_jpeg.split(", "))
    return Picture(name, widths, view.width, view.height, alt or view.alt)
