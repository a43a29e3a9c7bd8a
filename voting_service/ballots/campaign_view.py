"""A campaign as its templates see it at one moment: state, counts and links put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..campaigns.rules import State
from ..candidates.showcase import CampaignOnShow, CandidateView, NoticeLine, NoticeStage
from ..web.language import say
from .counts_board import Counts


@dataclass(frozen=True)
class CampaignView:
    """The names that templates use. Fixed parts are read through to ``show``."""

    show: CampaignOnShow
    state: State
    next_opening: datetime | None
    counted: Counts
    notice: tuple[NoticeLine, NoticeStage] | None = None
    """The notice that pages lead to first, and where it stands: the latest that takes objections, or else the latest."""

    def __getattr__(self, name: str) -> Any:
        # Templates read title, organiser, categories … of the campaign itself.
        return getattr(self.show, name)

    @property
    def rules_url(self) -> str:
        """Path of the rules page."""
        return f"{self.show.url}/rules"

    @property
    def ranking_url(self) -> str:
        """Path of the ranking."""
        return f"{self.show.url}/ranking"

    @property
    def verify_url(self) -> str:
        """Path of the page that explains how to check."""
        return f"{self.show.url}/verify"

    @property
    def result_url(self) -> str:
        """Path of the page that shows the tally as it was certified."""
        return f"{self.show.url}/result"

    @property
    def feed_url(self) -> str:
        """Path of the feed."""
        return f"{self.show.url}/feed.atom"

    @property
    def qr_svg_url(self) -> str:
        """Path of the campaign's QR code."""
        return f"{self.show.url}/qr.svg"

    @property
    def api_url(self) -> str:
        """Path of the campaign in the API."""
        return f"/api/v1/campaigns/{self.show.slug}"

    @property
    def log_url(self) -> str:
        """Path of the log."""
        return f"/log/{self.show.slug}"

    @property
    def archive_url(self) -> str | None:
        """Path of the archive, once there is one."""
        return f"{self.log_url}/archive.zip" if self.counted.final else None

    @property
    def opens_at(self) -> datetime:
        """When voting begins."""
        return self.show.rules.opens_at

    @property
    def closes_at(self) -> datetime:
        """When voting ends, or ended."""
        return self.show.closed_at or self.show.rules.closes_at

    @property
    def rule_sentence(self) -> str:
        """The rules in a sentence."""
        return say(self.show.rules.sentence())

    @property
    def min_choices(self) -> int:
        """Least choices on a ballot."""
        return self.show.rules.min_choices

    @property
    def max_choices(self) -> int:
        """Most choices on a ballot."""
        return self.show.rules.max_choices

    @property
    def counts_mode(self) -> str:
        """live, daily or hidden."""
        return self.show.rules.counts_mode

    @property
    def counts_shown(self) -> bool:
        """Whether counts are shown now."""
        return self.counted.shown

    @property
    def counts_note(self) -> str:
        """What is said beside the counts."""
        return say(self.counted.note)

    @property
    def counts_at(self) -> datetime | None:
        """As of when the counts are."""
        return self.counted.as_of

    @property
    def certified_at(self) -> datetime | None:
        """When the committee made the final counts official."""
        return self.counted.certified_at

    @property
    def ballots(self) -> int | None:
        """Ballots counted, where counts are shown."""
        return self.counted.ballots

    @property
    def held_ballots(self) -> int:
        """Ballots held, where counts are shown."""
        return self.counted.set_aside.held_ballots

    @property
    def voided_ballots(self) -> int:
        """Ballots voided, where counts are shown."""
        return self.counted.set_aside.voided_ballots

    def with_count(self, candidate: CandidateView) -> CandidateView:
        """The candidate with their count, where counts are shown."""
        return (
            replace(candidate, count=self.counted.counts.get(candidate.number, 0))
            if self.counted.shown
            else candidate
        )


def view_of(show: CampaignOnShow, now: datetime, counted: Counts) -> CampaignView:
    """The campaign at this moment."""
    state: State = "closed" if show.closed else show.rules.state_at(now)
    next_opening = None if state in ("closed", "open") else show.rules.next_opening(now)
    standing = [(line, stage) for line in show.notices if (stage := line.at(now)) is not None]
    notice = next((one for one in standing if one[1].running), standing[0] if standing else None)
    return CampaignView(show, state, next_opening, counted, notice)
