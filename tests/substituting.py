"""A selection with a published notice, its reserve list and the officials who change it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from publicity.docket.models import UPHELD, Objection
from publicity.docket.numbers import DocketDigests, new_docket_number
from publicity.docket.sealing import Heading, Matter, objection_place, seal_value
from publicity.notices.drafting import Office
from publicity.notices.models import Notice
from publicity.notices.publishing import publish
from publicity.notices.queries import notice_by_number
from publicity.substitutions.confirming import carry_out
from publicity.substitutions.filling import Filling, fill
from publicity.substitutions.noticing import compare_supplement, draft_supplement
from publicity.substitutions.out_of_turn import confirm_filling, propose_filling
from publicity.substitutions.proposing import Leave, propose_leave
from publicity.substitutions.standing import ListStanding, list_of
from tests import notices
from tests.desk import Desk
from tests.stage import Stage
from voting_service.accounts.officials import ActingOfficial
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.models import Candidate
from voting_service.workdays import Calendar

WOMEN = {"name": "女性", "field": "gender", "equals": "女", "min_percent": 40}
REASON = "本人书面提出，不再参加评选。"


class Committee:
    """Three officials at one notice: an operator who proposes, two of the committee."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.operator = Desk(stage, "赵敏", "operator")
        self.first = Desk(stage, "王芳", "committee")
        self.second = Desk(stage, "李伟", "committee")

    def plan(self, **parts: Any) -> None:
        """Give the campaign a plan."""
        with self.stage.service.database.write() as session:
            campaign_by_slug(session, "test").plan_json = json.dumps(parts, ensure_ascii=False)

    def genders(self, women: Sequence[int]) -> None:
        """Say of every candidate who is a woman and who is a man."""
        with self.stage.service.database.write() as session:
            for one in session.scalars(select(Candidate)):
                one.gender = "女" if one.number in women else "男"

    def notice(self, listed: Sequence[int], reserve: Sequence[int] = ()) -> Notice:
        """A published notice."""
        return notices.published(self.stage, self.operator.official, listed, reserve=reserve)

    def propose(
        self, leaver: int | None, cause: str = "withdrawn", reason: str = REASON, docket: str = "", *, notice: int = 1,
        official: ActingOfficial | None = None,
    ) -> int:  # fmt: skip
        """Propose; gives the substitution's id."""
        service = self.stage.service
        with service.database.write() as session:
            return propose_leave(
                session, service.keyring, "test", notice, Leave(leaver, cause, reason, docket),
                at=service.clock.now(), official=official or self.operator.official,
            ).id  # fmt: skip

    def confirm(self, substitution: int, *, notice: int = 1, official: ActingOfficial | None = None) -> bool:
        """Confirm; tells whether the box knows."""
        stores = self.stage.service.recorder_stores
        return carry_out(stores, "test", notice, substitution, official=official or self.first.official)

    def left(self, leaver: int, cause: str = "withdrawn", docket: str = "", *, notice: int = 1) -> int:
        """Both steps."""
        substitution = self.propose(leaver, cause, docket=docket, notice=notice)
        self.confirm(substitution, notice=notice)
        return substitution

    def fill(
        self,
        substitution: int,
        successor: int | None,
        reason: str = "",
        *,
        seen: int | None = None,
        notice: int = 1,
    ) -> None:
        """Fill the place, as somebody does who saw this one next in line; the successor where none is said."""
        service = self.stage.service
        seen = successor if seen is None else seen
        with service.database.write() as session:
            fill(session, "test", notice, substitution, Filling(successor, reason, seen), at=service.clock.now(),
                 official=self.first.official)  # fmt: skip

    def propose_filling(
        self, substitution: int, successor: int | None, reason: str, *, seen: int | None, notice: int = 1,
        official: ActingOfficial | None = None,
    ) -> int:  # fmt: skip
        """One member proposes to fill it out of turn; gives the proposal's id."""
        service = self.stage.service
        with service.database.write() as session:
            return propose_filling(session, "test", notice, substitution, Filling(successor, reason, seen),
                                   at=service.clock.now(), official=official or self.first.official).id  # fmt: skip

    def confirm_filling(
        self, substitution: int, seen: int, *, notice: int = 1, official: ActingOfficial | None = None
    ) -> None:
        """The other confirms it."""
        service = self.stage.service
        with service.database.write() as session:
            confirm_filling(session, "test", notice, substitution, seen=seen, at=service.clock.now(),
                            official=official or self.second.official)  # fmt: skip

    def fill_out_of_turn(
        self, substitution: int, successor: int | None, reason: str, *, seen: int | None, notice: int = 1
    ) -> None:
        """Both steps."""
        proposed = self.propose_filling(substitution, successor, reason, seen=seen, notice=notice)
        self.confirm_filling(substitution, proposed, notice=notice)

    def supplement(self, *substitutions: int, notice: int = 1) -> int:
        """Draft the supplementary notice; gives its number."""
        service = self.stage.service
        with service.database.write() as session:
            return draft_supplement(
                session,
                "test",
                notice,
                substitutions,
                at=service.clock.now(),
                official=self.operator.official,
            ).number

    def publish(self, number: int) -> None:
        """Publish a draft, as the notices room does."""
        service = self.stage.service
        with service.database.write() as session:
            notice = notice_by_number(session, "test", number, drafts=True, lock=True)
            publish(
                session, notice, calendar=Calendar(), zone=notices.BEIJING, workday_starts=service.settings.workday_start,
                at=service.clock.now(), official=self.operator.official, compare=compare_supplement,
            )  # fmt: skip

    def standing(self, notice: int = 1) -> ListStanding:
        """The list."""
        with self.stage.service.database.read() as session:
            return list_of(session, "test", notice)

    def upheld(self, notice: Notice, candidate: int) -> str:
        """An objection to one on the list that was upheld; gives its docket number."""
        service, number = self.stage.service, new_docket_number(2026)
        now = service.clock.now()
        place = objection_place
        with service.database.write() as session:
            campaign = campaign_by_slug(session, "test")
            digests = DocketDigests.of(campaign, service.keyring)
            session.add(
                Objection(
                    docket_number=number, notice_id=notice.id, submission_digest=digests.submission(number),
                    passcode_digest=digests.passcode(number, "7QK2M3XD40RB"), received_at=now, kind="anonymous",
                    worth="examined", state=UPHELD, decide_by=now.date(), reply_by=now.date(), taken_up_at=now,
                    ruled_at=now,
                    heading_sealed=seal_value(service.keyring, Heading(candidate, "false_material"), place("heading_sealed", number)),
                    matter_sealed=seal_value(service.keyring, Matter("材料不实"), place("matter_sealed", number)),
                )
            )  # fmt: skip
        return number


OFFICE = Office("宣传教育部", phone="0000-1234567")
PUBLICITY = {"contact": {"department": OFFICE.department, "phone": OFFICE.phone}}
