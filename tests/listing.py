"""Final lists in tests: a campaign with a closed worksheet, its officials, and the steps of a list through the verbs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from publicity.notices.from_list import FOLLOWERS, draft_from_list
from publicity.notices.models import Notice
from publicity.notices.publishing import publish
from publicity.notices.queries import notice_by_number
from tests import notices
from tests.desk import Desk
from tests.stage import Stage
from tests.substituting import PUBLICITY, WOMEN
from tests.voting_committee import AT as VOTED_AT
from tests.voting_committee import Committee
from voting_service.accounts.officials import ActingOfficial
from voting_service.assessment.final_list.basis import basis_of
from voting_service.assessment.final_list.deciding import confirm_list, withdraw_list
from voting_service.assessment.final_list.models import FinalList
from voting_service.assessment.final_list.proposing import Draft, found_for, prepare, propose_list
from voting_service.assessment.final_list.queries import list_by_number
from voting_service.assessment.models import Worksheet
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.models import Candidate
from voting_service.two_people import CONFIRMED
from voting_service.workdays import Calendar

__all__ = ["PROPOSED_AT", "REASON", "WOMEN", "Listing"]

PROPOSED_AT = VOTED_AT - timedelta(hours=1)
CONFIRMED_AT = VOTED_AT + timedelta(hours=1)
REASON = "为符合女性比例的要求，按名次递补。"


class Listing:
    """An operator, a committee of some members, and a campaign of ten: 100, 99, 98 … points."""

    def __init__(
        self, stage: Stage, members: int = 3, *, seats: int = 4, reserve: int | None = 3, **plan: Any
    ) -> None:
        self.stage = stage
        stage.campaign(candidates=10)
        assessment = {"seats": seats} | ({} if reserve is None else {"reserve": reserve})
        self.plan(**({"assessment": assessment, "publicity": PUBLICITY, "composition": [WOMEN]} | plan))
        self.committee = Committee(stage, ("王芳", "李伟", "张敏", "刘洋", "陈静")[:members])
        self.operator = Desk(stage, "赵敏", "operator", slug="test")

    def plan(self, **parts: Any) -> None:
        """Give the campaign a plan."""
        with self.stage.service.database.write() as session:
            campaign_by_slug(session, "test").plan_json = json.dumps(parts, ensure_ascii=False)

    def women(self, *numbers: int) -> None:
        """Say of every candidate who is a woman and who is a man."""
        with self.stage.service.database.write() as session:
            for one in session.scalars(select(Candidate)):
                one.gender = "女" if one.number in numbers else "男"

    def ranked(self, points: Mapping[int, Any] | None = None, number: int = 1) -> None:
        """A worksheet as if two had closed it. How they do is shown where that is tested."""
        given = points or {candidate: 101 - candidate for candidate in range(1, 11)}
        scores = {candidate: Fraction(str(score)) for candidate, score in given.items()}
        ordered = sorted(scores, key=lambda one: (-scores[one], one))
        rows = [
            {
                "number": one,
                "place": 1 + sum(scores[other] > scores[one] for other in ordered),
                "composite": str(scores[one]),
                "parts": {},
            }
            for one in ordered
        ]
        first, second = self.operator.official, self.committee.officials[0]
        with self.stage.service.database.write() as session:
            session.add(
                Worksheet(
                    campaign_id=1, number=number, document=json.dumps({"ranked": rows}), sha256=f"{number:064x}",
                    state=CONFIRMED, proposed_by=first.id, proposed_at=PROPOSED_AT, confirmed_by=second.id,
                    confirmed_at=PROPOSED_AT,
                )
            )  # fmt: skip

    def computed(self) -> tuple[int, ...]:
        """The smallest change."""
        with self.stage.service.database.read() as session:
            found = found_for(basis_of(session, campaign_by_slug(session, "test"), at=PROPOSED_AT))
        assert found.best is not None
        return found.best.chosen

    def propose(
        self, numbers: Iterable[int], reason: str = "", *, at: datetime = PROPOSED_AT, official: ActingOfficial | None = None,
        seen: str | None = None,
    ) -> int:  # fmt: skip
        """Propose, as somebody does who has seen it; gives the number."""
        draft = Draft(frozenset(numbers), reason)
        with self.stage.service.database.write() as session:
            looked = prepare(session, "test", draft, at=at).seen if seen is None else seen
            row = propose_list(
                session, "test", draft, seen=looked, at=at, official=official or self.operator.official
            )
            return row.number

    def vote(self, *answers: str, number: int = 1) -> None:
        """The committee's ballot on a list."""
        self.committee.voted(answers, subject=f"final-list-{number}")

    def confirm(
        self, number: int = 1, *, official: ActingOfficial | None = None, seen: str | None = None
    ) -> FinalList:
        """The second person."""
        with self.stage.service.database.write() as session:
            looked = list_by_number(session, "test", number).document_sha256 if seen is None else seen
            return confirm_list(
                session, "test", number, seen=looked, at=CONFIRMED_AT, official=official or self.committee.officials[0]
            )  # fmt: skip

    def final(self, numbers: Iterable[int], reason: str = REASON) -> int:
        """All the steps; gives the number."""
        number = self.propose(numbers, reason)
        if len(self.committee.desks) > 1:
            self.vote(*["agree"] * len(self.committee.desks), number=number)
        self.confirm(number)
        return number

    def withdraw(self, number: int = 1, reason: str = "", *, official: ActingOfficial) -> FinalList:
        """One person's step."""
        with self.stage.service.database.write() as session:
            return withdraw_list(
                session, "test", number, reason, in_use=FOLLOWERS.in_use, at=CONFIRMED_AT, official=official
            )  # fmt: skip

    def row(self, number: int = 1) -> FinalList:
        """One list."""
        with self.stage.service.database.read() as session:
            return list_by_number(session, "test", number)

    def notice(self, number: int = 1) -> int:
        """Draft its notice; gives the notice's number."""
        with self.stage.service.database.write() as session:
            drafted = draft_from_list(
                session, "test", number, at=self.stage.service.clock.now(), official=self.operator.official
            )
            return drafted.number

    def publish(self, number: int = 1) -> Notice:
        """Publish it."""
        service = self.stage.service
        with service.database.write() as session:
            notice = notice_by_number(session, "test", number, drafts=True, lock=True)
            publish(
                session, notice, calendar=Calendar(), zone=notices.BEIJING, workday_starts=service.settings.workday_start,
                at=service.clock.now(), official=self.operator.official,
            )  # fmt: skip
            return notice
