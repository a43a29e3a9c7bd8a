"""What the public sees of campaigns and candidates, kept in each process and renewed when its version changes.

A page view costs no SQL when warm: within ``FRESH_S`` nothing is asked at all, and after that one small query asks
whether the version is still the same. A database that is away leaves the last known pages standing.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import structlog
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from anti_fraud.policy import Policy

from ..campaigns.gate_policies import current_policy
from ..campaigns.models import CLOSED, DRAFT, Campaign
from ..campaigns.queries import campaign_by_slug, public_campaigns
from ..campaigns.rules import BallotRules
from ..database import Database
from ..errors import NotFound, Unavailable
from ..text import Text, _, enumerated
from ..web.addresses import SLUG
from . import stories
from .departures import CAUSE_WORDS, departures_of
from .models import Candidate
from .photos import Picture
from .profiles.document import FIELD_WORDS
from .profiles.versions import corrections_in
from .queries import roster

FRESH_S = 1.0
PHOTOS_URL = "/photos/"
_NOT_PUBLIC = _("没有这个评选活动，或者它还没有公布。")
_LOOK_AGAIN = _("请检查网址是否完整，或回到首页查看。")

log = structlog.get_logger("showcase")


@dataclass(frozen=True)
class PictureView:
    """A picture as templates use it."""

    alt: str
    width: int
    height: int
    src: str
    srcset_jpeg: str
    srcset_webp: str


@dataclass(frozen=True)
class CategoryView:
    """A category with its size."""

    key: str
    name: str
    size: int
    min_choices: int | None
    max_choices: int | None


class CorrectionView(NamedTuple):
    """That something of a profile was corrected, as its page says."""

    at: datetime
    what: Text
    reason: str


@dataclass(frozen=True)
class CandidateView:
    """A candidate as templates and the API show them. Birth date and gender are never among it."""

    number: int
    name: str
    organisation: str
    title: str
    category: CategoryView | None
    summary: str
    slogan: str
    story: Markup
    story_text: str
    video_url: str | None
    photos: tuple[PictureView, ...]
    url: str
    qr_svg_url: str
    qr_png_url: str
    search: str
    """What a search looks into, lower case."""
    count: int | None = None
    corrections: tuple[CorrectionView, ...] = ()
    """What was corrected since voting froze their profile, the latest first."""
    departed: str | None = None
    """Why they are no candidate any more, one of ``departures.CAUSE_WORDS``; None for everyone who may be chosen."""

    @property
    def departed_word(self) -> Text | None:
        """The same in words."""
        return CAUSE_WORDS[self.departed] if self.departed else None

    @property
    def photo(self) -> PictureView | None:
        """The first photo."""
        return self.photos[0] if self.photos else None


class NoticeStage(NamedTuple):
    """What pages say of a notice from a moment on."""

    since: datetime
    words: Text
    dates: Text
    """Its window, or until when objections are taken."""
    running: bool
    """Whether objections are taken."""


class NoticeLine(NamedTuple):
    """A published notice of a campaign, as pages and the chat lead to it."""

    title: str
    path: str
    stages: tuple[NoticeStage, ...] = ()
    """In order: they pass by the clock, without a new version of the campaign."""

    def at(self, now: datetime) -> NoticeStage | None:
        """Where it stands at a moment."""
        return next((stage for stage in reversed(self.stages) if stage.since <= now), None)


ReadNotices = Callable[[Session, Campaign], Sequence[NoticeLine]]
"""A campaign's published notices, the latest first. Publishing one makes a new version of the campaign."""


def no_notices(_session: Session, _campaign: Campaign) -> Sequence[NoticeLine]:
    """Where nobody publishes any."""
    return ()


@dataclass(frozen=True)
class CampaignOnShow:
    """One public campaign with its roster: everything that does not change from moment to moment."""

    id: int
    slug: str
    version: int
    phase: str
    title: str
    organiser: str
    description: Markup
    summary: str
    cover: PictureView | None
    rules: BallotRules
    plan: Mapping[str, Any]
    policy: Policy
    """The gate's policy, for what pages say of it. Casting goes by the box's word, not by this."""
    opened_at: datetime | None
    closed_at: datetime | None
    published_counts: Mapping[str, Any] | None
    categories: tuple[CategoryView, ...]
    candidates: tuple[CandidateView, ...]
    """By number; those who have left come last."""
    by_number: Mapping[int, CandidateView]
    notices: tuple[NoticeLine, ...] = ()
    """Published notices, the latest first."""

    @property
    def url(self) -> str:
        """The campaign page's path."""
        return f"/c/{self.slug}"

    @property
    def standing(self) -> tuple[CandidateView, ...]:
        """Those who may be chosen."""
        return tuple(view for view in self.candidates if view.departed is None)

    @property
    def closed(self) -> bool:
        """Whether the box is sealed, drained and the log's ballots ended."""
        return self.phase == CLOSED


class Showcase:
    """The public campaigns of this process."""

    def __init__(self, database: Database, read_notices: ReadNotices = no_notices) -> None:
        self._database = database
        self._read_notices = read_notices
        self._shown: dict[str, tuple[float, CampaignOnShow]] = {}
        self._listing: tuple[float, tuple[str, ...]] = (0.0, ())
        self._lock = threading.Lock()

    def campaign(self, slug: str) -> CampaignOnShow:
        """One campaign. Raises NotFound for an unknown one or a draft, Unavailable if it was never read."""
        if not SLUG.fullmatch(slug):
            raise NotFound(_NOT_PUBLIC, _LOOK_AGAIN)
        known = self._shown.get(slug)
        if known and time.monotonic() - known[0] < FRESH_S:
            return known[1]
        # One thread renews while the others go on with what they have.
        if known and not self._lock.acquire(blocking=False):
            return known[1]
        if not known:
            self._lock.acquire()
        try:
            return self._renewed(slug, self._shown.get(slug))
        finally:
            self._lock.release()

    def knows(self, slug: str) -> bool:
        """Whether this process has shown the campaign before."""
        return slug in self._shown

    def listed(self) -> list[CampaignOnShow]:
        """All public campaigns, the latest first."""
        read_at, slugs = self._listing
        if time.monotonic() - read_at >= FRESH_S:
            try:
                with self._database.read() as session:
                    slugs = tuple(campaign.slug for campaign in public_campaigns(session))
                self._listing = (time.monotonic(), slugs)
            except Unavailable as error:
                log.error(error.code)
                if not read_at:
                    raise  # an empty list would be made up
        return [self.campaign(slug) for slug in slugs]

    def _renewed(self, slug: str, known: tuple[float, CampaignOnShow] | None) -> CampaignOnShow:
        try:
            with self._database.read() as session:
                version = session.scalar(select(Campaign.version).where(Campaign.slug == slug))
                show = (
                    known[1]
                    if known and known[1].version == version
                    else _read(session, slug, self._read_notices)
                )
        except Unavailable as error:
            log.error(error.code)
            if known is None:
                raise
            show = known[1]
        except NotFound as error:
            self._shown.pop(slug, None)
            # A draft answers like a name that never was, and what helps at the command line helps no voter.
            raise NotFound(_NOT_PUBLIC, _LOOK_AGAIN) from error
        self._shown[slug] = (time.monotonic(), show)
        return show


def _read(session: Session, slug: str, read_notices: ReadNotices) -> CampaignOnShow:
    campaign = campaign_by_slug(session, slug)
    if campaign.phase == DRAFT:
        raise NotFound(_NOT_PUBLIC)
    return on_show(session, campaign, tuple(read_notices(session, campaign)))


def on_show(session: Session, campaign: Campaign, notices: tuple[NoticeLine, ...] = ()) -> CampaignOnShow:
    """A campaign as it would be shown, a draft too: who may see one is asked by the caller."""
    slug = campaign.slug
    people = roster(session, campaign.id)
    gone = departures_of(session, campaign.id)
    categories = _categories(campaign, [person for person in people if person.number not in gone])
    by_key = {category.key: category for category in categories}
    last = sorted(people, key=lambda person: (person.number in gone, person.number))
    corrected = corrections_in(session, campaign.id) if campaign.frozen else {}
    views = tuple(
        _candidate_view(slug, person, by_key, gone.get(person.number), corrected.get(person.number, []))
        for person in last
    )
    return CampaignOnShow(
        id=campaign.id,
        slug=slug,
        version=campaign.version,
        phase=campaign.phase,
        title=campaign.title,
        organiser=campaign.organiser,
        description=Markup(stories.to_html(campaign.description)),  # noqa: S704 - sanitised by stories
        summary=stories.plain_text(campaign.description, 120),
        cover=_picture_view(campaign.cover_json, campaign.title) if campaign.cover_json else None,
        rules=campaign.rules,
        plan=MappingProxyType(campaign.plan),
        policy=current_policy(session, campaign.id)[1],
        opened_at=campaign.opened_at,
        closed_at=campaign.closed_at,
        published_counts=json.loads(campaign.counts_json) if campaign.counts_json else None,
        categories=categories,
        candidates=views,
        by_number=MappingProxyType({view.number: view for view in views}),
        notices=notices,
    )


def _categories(campaign: Campaign, people: Any) -> tuple[CategoryView, ...]:
    sizes: dict[str, int] = {}
    for person in people:
        if person.category:
            sizes[person.category.key] = sizes.get(person.category.key, 0) + 1
    return tuple(
        CategoryView(c.key, c.name, sizes.get(c.key, 0), c.min_choices, c.max_choices)
        for c in campaign.rules.categories
    )


def _candidate_view(
    slug: str, person: Candidate, categories: Mapping[str, CategoryView], departed: str | None,
    corrected: Sequence[tuple[datetime, tuple[str, ...], str]],
) -> CandidateView:  # fmt: skip
    url = f"/c/{slug}/candidates/{person.number}"
    return CandidateView(
        number=person.number,
        name=person.name,
        organisation=person.organisation,
        title=person.title,
        category=categories.get(person.category.key) if person.category else None,
        summary=person.summary,
        slogan=person.slogan,
        story=Markup(stories.to_html(person.story)),  # noqa: S704 - sanitised by stories
        story_text=stories.plain_text(person.story, 200),
        video_url=person.video_url,
        photos=tuple(_picture_view(photo.picture_json, person.name) for photo in person.photos),
        url=url,
        qr_svg_url=f"{url}/qr.svg",
        qr_png_url=f"{url}/qr.png",
        search=f"{person.number} {person.name} {person.organisation}".lower(),
        corrections=tuple(
            CorrectionView(at, enumerated(FIELD_WORDS[field] for field in fields) or _("主页"), reason)
            for at, fields, reason in reversed(corrected)
        ),
        departed=departed,
    )


def _picture_view(picture_json: str, alt: str) -> PictureView:
    picture = Picture.from_json(picture_json)
    return PictureView(
        alt=alt,
        width=picture.width,
        height=picture.height,
        src=picture.src("jpg", PHOTOS_URL),
        srcset_jpeg=picture.srcset("jpg", PHOTOS_URL),
        srcset_webp=picture.srcset("webp", PHOTOS_URL),
    )
