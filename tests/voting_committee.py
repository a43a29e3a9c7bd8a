"""A committee for the tests: members with the role, and the steps of a ballot through the verbs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from tests.desk import Desk
from tests.stage import Stage
from voting_service.accounts.officials import ActingOfficial
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.committee import casting, drafting, sitting
from voting_service.committee.drafting import MotionDraft
from voting_service.committee.members import committee_members
from voting_service.committee.models import Motion
from voting_service.committee.queries import motion_by_number
from voting_service.committee.quorum import quorum_of
from voting_service.tally.certification.asking import ask_for_check, found_good

NAMES = ("王芳", "李伟", "张敏", "刘洋", "陈静")
AT = datetime(2026, 5, 8, 2, 0, tzinfo=UTC)


class Committee:
    """Members at their desks, and one motion at a time."""

    def __init__(self, stage: Stage, names: Sequence[str] = NAMES, slug: str = "test") -> None:
        self.stage, self.slug = stage, slug
        self.desks = [Desk(stage, name, "committee", slug=slug) for name in names]

    @property
    def officials(self) -> list[ActingOfficial]:
        """The members in the order of the register."""
        return [desk.official for desk in self.desks]

    def draft(self, by: int = 0, **changes: object) -> int:
        """A motion in draft; gives its number."""
        values: dict[str, object] = {
            "title": "关于评选结果建议名单的表决",
            "question": "是否同意建议名单？",
            "subject": "final-list-1",
        }
        with self.stage.service.database.write() as session:
            made = drafting.draft_motion(
                session, self.slug, MotionDraft(**(values | changes)), at=AT, official=self.officials[by]  # type: ignore[arg-type]
            )  # fmt: skip
            return made.number

    def open(self, by: int = 0, **changes: object) -> int:
        """A motion to which members sign in; gives its number."""
        number = self.draft(by, **changes)
        with self.stage.service.database.write() as session:
            motion = self.motion(session, number)
            rule = quorum_of(campaign_by_slug(session, self.slug).plan)
            seen = sitting.seen_sha256(motion, committee_members(session, self.slug), rule)
            sitting.open_motion(session, self.slug, motion, seen=seen, at=AT, official=self.officials[by])
        return number

    def motion(self, session: object, number: int) -> Motion:
        """The motion, locked."""
        return motion_by_number(session, self.slug, number, lock=True)  # type: ignore[arg-type]

    def act(self, verb: object, number: int, by: int, *values: object) -> object:
        """One verb of one member on a motion, in a transaction of its own."""
        with self.stage.service.database.write() as session:
            motion = self.motion(session, number)
            return verb(session, self.slug, motion, *values, at=AT, official=self.officials[by])  # type: ignore[operator]

    def voting(self, present: Sequence[int] = (0, 1, 2, 3), **changes: object) -> int:
        """A motion on which those present may vote; gives its number."""
        number = self.open(**changes)
        for member in present:
            self.act(sitting.sign_in, number, member)
        self.act(sitting.begin_voting, number, 0)
        return number

    def cast(self, number: int, by: int, *ticks: str) -> bool:
        """One paper; tells whether it was the last."""
        return bool(self.act(casting.cast_paper, number, by, ticks))

    def voted(self, answers: Sequence[str], **changes: object) -> int:
        """A motion on which the first members answered so; gives its number."""
        number = self.voting(range(len(answers)), **changes)
        for member, answer in enumerate(answers):
            self.cast(number, member, answer)
        return number


def books_checked(stage: Stage, official: ActingOfficial, slug: str = "test") -> str:
    """The watch has checked the books for somebody; gives the tally's hash. Raises ProblemsFound."""
    service = stage.service
    with service.database.write() as session:
        ask_for_check(session, slug, at=service.clock.now(), official=official)
    service.books_checker().turn()
    with service.database.read() as session:
        return found_good(session, campaign_by_slug(session, slug), service.clock.now()).sha256
