"""Dockets for tests: a published notice, objections to it as they come in, and officials who handle them."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta

from sqlalchemy import select

from publicity.docket.models import Assignment, DocketEntry, Objection
from publicity.docket.numbers import DocketDigests, new_docket_number
from publicity.docket.record import append_entry
from publicity.docket.sealing import Heading, Identity, Matter, objection_place, seal_value
from publicity.notices.models import PUBLISHED, Notice
from publicity.rulings.assigning import assign
from tests.desk import Desk
from tests.stage import Stage
from voting_service.accounts.models import Official
from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import JournalEntry
from voting_service.attachments.examine import Examined
from voting_service.campaigns.queries import campaign_by_slug

STATEMENT = "该同志去年在项目验收中弄虚作假，有签字单为证。"
CLUE = "2025年11月3日，三号车间，签字单存档。"
NAME, PHONE = "欧阳举证", "13912345678"
IDENTITY = Identity(name=NAME, phone=PHONE, unit="", email="juzheng@example.cn")
SECRETS = (STATEMENT, CLUE, NAME, PHONE, IDENTITY.email)
"""What nobody but a docket's handlers may ever read."""


def publish_notice(stage: Stage, slug: str = "test", number: int = 1) -> Notice:
    """A notice on a campaign's candidates, published just now."""
    now = stage.service.clock.now()
    today = now.astimezone(stage.service.settings.zone).date()
    with stage.service.database.write() as session:
        campaign = campaign_by_slug(session, slug)
        drafter = session.scalar(select(Official.id).limit(1))
        assert drafter is not None, "a notice is drafted by somebody"
        notice = Notice(
            campaign_id=campaign.id, number=number, level="city", title=f"测试评选候选人公示{number}", draft_json="{}",
            state=PUBLISHED, drafted_by=drafter, drafted_at=now, published_by=drafter, published_at=now,
            first_day=today, last_day=today + timedelta(7), accepted_until=today + timedelta(7),
            accepts_until=now + timedelta(8), provisional=False,
        )  # fmt: skip
        session.add(notice)
    return notice


def lodge(
    stage: Stage, *, slug: str = "test", notice: int = 1, kind: str = "named", worth: str = "", at: datetime | None = None,
    decide_by: date | None = None, reply_by: date | None = None, files: tuple[Examined, ...] = (),
) -> str:  # fmt: skip
    """An objection to candidate 3, come in as it comes in by the page. Gives its docket number."""
    service = stage.service
    at = at or service.clock.now()
    day = at.astimezone(service.settings.zone).date()
    identity = None if kind == "anonymous" else IDENTITY
    with service.attachments.keeping() as keeping, service.database.write() as session:
        campaign = campaign_by_slug(session, slug)
        noticed = session.scalars(
            select(Notice).where(Notice.campaign_id == campaign.id, Notice.number == notice)
        ).one()
        number, keyring = new_docket_number(2026), service.keyring
        digests = DocketDigests.of(campaign, keyring)

        def sealed(value: Heading | Matter | Identity, column: str) -> bytes:
            return seal_value(keyring, value, objection_place(column, number))

        objection = Objection(
            docket_number=number, notice_id=noticed.id, submission_digest=os.urandom(32),
            passcode_digest=os.urandom(32), received_at=at, kind=kind,
            worth=worth or ("examined" if kind == "anonymous" else "answered"),
            heading_sealed=sealed(Heading(3, "false_material"), "heading_sealed"),
            matter_sealed=sealed(Matter(STATEMENT, CLUE), "matter_sealed"),
            identity_sealed=sealed(identity, "identity_sealed") if identity else None,
            phone_index=digests.phone(PHONE) if identity else None,
            decide_by=decide_by or day + timedelta(5), reply_by=reply_by or day + timedelta(20),
        )  # fmt: skip
        session.add(objection)
        session.flush()
        kept = [keeping.put(session, file, at).id for file in files]
        session.flush()
        append_entry(session, keyring, objection, "lodged", at=at, shown=True, attachments=kept)
    return number


def say(stage: Stage, number: str, act: str, body: str) -> None:
    """The objector comes back and adds, answers or withdraws."""
    service, at = stage.service, stage.service.clock.now()
    with service.database.write() as session:
        objection = session.scalars(
            select(Objection).where(Objection.docket_number == number).with_for_update()
        ).one()
        append_entry(session, service.keyring, objection, act, body, at=at, shown=True)
        if act == "withdrawn":
            objection.state, objection.withdrawn_at = "withdrawn", at


def assigned(stage: Stage, number: str, by: Desk, *handlers: Desk) -> None:
    """Assign these officials."""
    service = stage.service
    with service.database.write() as session:
        for handler in handlers:
            assign(session, service.keyring, by.official, number, handler.official.id, at=service.clock.now())


def objection_of(stage: Stage, number: str) -> Objection:
    """The row as it stands."""
    with stage.service.database.read() as session:
        return session.scalars(select(Objection).where(Objection.docket_number == number)).one()


def acts_of(stage: Stage, number: str) -> list[str]:
    """The steps of a docket, in order."""
    with stage.service.database.read() as session:
        return list(
            session.scalars(
                select(DocketEntry.act)
                .join(Objection)
                .where(Objection.docket_number == number)
                .order_by(DocketEntry.seq)
            )
        )


def last_seq(stage: Stage, number: str) -> int:
    """The last entry, as a page that is opened now shows it."""
    return len(acts_of(stage, number))


def readings_of(stage: Stage, number: str) -> list[tuple[str, str]]:
    """Who has read what of a docket, from the journal."""
    with stage.service.database.read() as session:
        rows = session.execute(
            select(JournalEntry.actor, JournalEntry.act)
            .where(JournalEntry.subject == number, JournalEntry.act.like("read_%"))
            .order_by(JournalEntry.id)
        )
        return [(actor, act) for actor, act in rows]


def assignment_of(stage: Stage, number: str, official: ActingOfficial) -> Assignment | None:
    """The row of one official and one docket."""
    with stage.service.database.read() as session:
        return session.get(Assignment, (objection_of(stage, number).id, official.id))
