"""What has happened in a campaign, as feeds tell it and the sitemap dates its pages: one value for each page or step, kept
where it is known, so that its time is the true one and its name stays.

Rooms above this one have happenings of their own (notices): they are asked through ``ReadHappenings``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...candidates.models import Candidate, Departure
from ...candidates.showcase import CampaignOnShow, CandidateView, PictureView
from ...clock import spoken, spoken_in_full
from ...tally.certification.queries import certified_tally, shown_number
from ...text import Text, _

CANDIDATES = "candidates/"


@dataclass(frozen=True)
class Happening:
    """One entry of a feed."""

    key: str
    """Names it within the campaign, for good."""
    first_at: datetime
    at: datetime
    """When what it says last changed."""
    title: Text
    path: str
    """The page that tells more."""
    summary: Text
    photo: PictureView | None = None

    @property
    def of_candidate(self) -> bool:
        """Whether it tells of one candidate."""
        return self.key.startswith(CANDIDATES)


ReadHappenings = Callable[[Session, Campaign], Sequence[Happening]]
"""What a room above has to tell of a public campaign."""


@dataclass(frozen=True)
class Chronicle:
    """A campaign's happenings, the latest first."""

    written_at: datetime
    """When its texts were last imported or edited."""
    happenings: tuple[Happening, ...]

    @property
    def last_at(self) -> datetime:
        """When anything last changed."""
        return max(self.written_at, *(one.at for one in self.happenings))


def chronicle_of(
    session: Session, show: CampaignOnShow, now: datetime, sources: Sequence[ReadHappenings]
) -> Chronicle:
    """All that a public campaign has to tell."""
    campaign = session.get_one(Campaign, show.id)
    found = [
        _voting(campaign, show, now),
        *_ending(session, show),
        *_candidates(session, campaign, show),
        *(one for read in sources for one in read(session, campaign)),
    ]
    found.sort(key=lambda one: (one.at, one.first_at, one.key), reverse=True)
    return Chronicle(campaign.imported_at, tuple(found))


def _voting(campaign: Campaign, show: CampaignOnShow, now: datetime) -> Happening:
    rules = show.rules
    window = _(
        "%(opens)s 至 %(closes)s。%(rules)s",
        opens=spoken_in_full(rules.opens_at.astimezone(rules.zone)),
        closes=spoken(rules.closes_at.astimezone(rules.zone)),
        rules=rules.sentence(),
    )
    first = min(campaign.imported_at, show.opened_at or campaign.imported_at)
    if show.opened_at is not None and rules.opens_at <= now:
        begun = max(show.opened_at, rules.opens_at)
        return Happening("voting", first, begun, _("投票开始：%(title)s", title=show.title), show.url, window)
    announced = show.opened_at or campaign.imported_at
    return Happening("voting", first, announced, _("投票预告：%(title)s", title=show.title), show.url, window)


def _ending(session: Session, show: CampaignOnShow) -> Iterator[Happening]:
    counts, zone = show.published_counts, show.rules.zone
    if counts is not None and not counts["final"]:
        as_of = datetime.fromisoformat(counts["as_of"])
        yield Happening(
            f"counts-{as_of:%Y%m%dT%H%M%SZ}", as_of, as_of,
            _("票数公布：截至%(when)s", when=spoken(as_of.astimezone(zone))), f"{show.url}/ranking",
            _("已计入 %(ballots)s 张选票。票数仅供参考，以认定结果为准。", ballots=f"{counts['ballots']:,}"),
        )  # fmt: skip
    if show.closed and show.closed_at is not None:
        yield Happening(
            "closed", show.closed_at, show.closed_at, _("投票截止：%(title)s", title=show.title), f"{show.url}/ranking",
            _("投票已截止，结果以评审委员会认定和公示为准。"),
        )  # fmt: skip
    certified = certified_tally(session, show.id)
    if certified is not None:
        yield Happening(
            "certified", certified.certified_at, certified.certified_at,
            _("计票结果认定：%(title)s", title=show.title), f"{show.url}/result",
            _("评审委员会已认定计票结果（%(number)s），任何人都可以重新计票核对。", number=shown_number(certified.number)),
        )  # fmt: skip


def _candidates(session: Session, campaign: Campaign, show: CampaignOnShow) -> Iterator[Happening]:
    shown_at = show.opened_at or campaign.imported_at
    left = select(Candidate.number, Departure.at).join(Departure, Departure.candidate_id == Candidate.id)
    gone: dict[int, datetime] = dict(session.execute(left.where(Candidate.campaign_id == show.id)).all())
    for person in show.candidates:
        changed = [shown_at, *(one.at for one in person.corrections)]
        if person.number in gone:
            changed.append(gone[person.number])
        yield _candidate(person, shown_at, max(changed))


def _candidate(person: CandidateView, shown_at: datetime, at: datetime) -> Happening:
    key = f"{CANDIDATES}{person.number}"
    if person.departed_word is not None:
        # A feed's reader keeps what it has read: the entry stays, and says what has become of it.
        title = _(
            "%(number)s 号 %(name)s（%(word)s）",
            number=person.number,
            name=person.name,
            word=person.departed_word,
        )
        return Happening(key, shown_at, at, title, person.url, _("已不是本次评选的候选人。"))
    title = _("%(number)s 号候选人 %(name)s", number=person.number, name=person.name)
    unit = f"{person.organisation}　{person.title}".strip()
    summary = _("%(unit)s。%(summary)s", unit=unit, summary=person.summary or person.story_text)
    return Happening(key, shown_at, at, title, person.url, summary, person.photo)
