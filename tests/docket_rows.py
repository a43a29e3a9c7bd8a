"""Dockets and substitutions as rows, in the states that a scene needs: what came before them is told elsewhere."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from publicity.docket.models import DECLINED, DISMISSED, RECEIVED, UPHELD, WITHDRAWN, Objection
from publicity.docket.numbers import new_docket_number
from publicity.docket.sealing import Heading, Matter, objection_place, seal_value
from publicity.notices.models import Notice
from publicity.substitutions.models import Substitution
from tests.stage import Stage

STATEMENT = "他在二〇二四年的项目里虚报了工时"


def objection(
    stage: Stage, notice: Notice, state: str = RECEIVED, *, at: datetime, decline_class: str | None = None
) -> str:
    """An anonymous objection in this state; gives its docket number."""
    row = objection_row(stage, notice, state, at=at, decline_class=decline_class)
    with stage.service.database.write() as session:
        session.add(row)
    return row.docket_number


def objection_row(
    stage: Stage, notice: Notice, state: str, *, at: datetime, decline_class: str | None = None
) -> Objection:
    """The same, for a transaction that is under way."""
    number, keyring = new_docket_number(at.year), stage.service.keyring
    return Objection(
        docket_number=number, notice_id=notice.id, submission_digest=secrets.token_bytes(32),
        passcode_digest=secrets.token_bytes(32), received_at=at, kind="anonymous", worth="examined",
        heading_sealed=seal_value(keyring, Heading(1, "dishonesty"), objection_place("heading_sealed", number)),
        matter_sealed=seal_value(keyring, Matter(STATEMENT), objection_place("matter_sealed", number)),
        state=state, decide_by=at.date(), reply_by=at.date() + timedelta(14),
        taken_up_at=None if state in (RECEIVED, WITHDRAWN) else at,
        decline_class=decline_class if state == DECLINED else None,
        ruled_at=at if state in (UPHELD, DISMISSED) else None,
        withdrawn_at=at if state == WITHDRAWN else None,
    )  # fmt: skip


def substitution(
    stage: Stage, notice: Notice, state: str, *, leaver: int, by: tuple[int, int], at: datetime,
    successor: int | None = None, told_by: Notice | None = None, docket_number: str | None = None,
) -> int:  # fmt: skip
    """A substitution in this state, proposed and confirmed by two officials; gives its id."""
    confirmed, settled = state not in ("proposed", "dropped"), state in ("filled", "vacant")
    with stage.service.database.write() as session:
        row = Substitution(
            notice_id=notice.id, leaver=leaver, cause="disqualified", reason="申报材料不实", docket_number=docket_number,
            state=state, proposed_by=by[0], proposed_at=at, confirmed_by=by[1] if confirmed else None,
            confirmed_at=at if confirmed else None, successor=successor, next_in_line=successor,
            filled_by=by[1] if settled else None,
            filled_at=at if settled else None, supplementary_id=told_by.id if told_by else None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id
