"""A decision and the ballots it is about, as rows.

The rows say who proposed and who confirmed; what binds is the entries in the log that a confirmed decision wrote.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base

PROPOSED = "proposed"
CONFIRMED = "confirmed"
WITHDRAWN = "withdrawn"


class Decision(Base):
    """One act of the committee on some ballots: proposed by one official, confirmed by another, or withdrawn."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("campaign_id", "sequence"),
        ForeignKeyConstraint(["campaign_id", "undoes"], ["decisions.campaign_id", "decisions.number"]),
        CheckConstraint("number >= 1", name="number_begins_at_one"),
        CheckConstraint("kind IN ('held', 'voided', 'restored')", name="kind_is_known"),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'withdrawn')", name="state_is_known"),
        CheckConstraint("length(proposed_by_key) > 0", name="proposed_by_someone"),
        CheckConstraint("confirmed_by_key <> proposed_by_key", name="confirmed_by_another_person"),
        CheckConstraint("undoes < number", name="undoes_an_earlier_one"),
        *(
            CheckConstraint(f"(state = 'confirmed') = ({column} IS NOT NULL)", name=f"{column}_if_confirmed")
            for column in (
                "confirmed_by",
                "confirmed_by_key",
                "confirmed_at",
                "sequence",
                "first_leaf",
                "votes_json",
            )
        ),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_by IS NOT NULL)", name="withdrawn_by_someone"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at_some_time"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … in the order of proposing; shown as ``D-0001``."""
    kind: Mapped[str]
    reason: Mapped[str]
    """Public: it stands in the log and on the receipts."""
    origin: Mapped[str | None]
    """Where the ballots come from, for example a cluster's id. Not public."""
    undoes: Mapped[int | None]
    """The number of the decision that this one takes back."""
    state: Mapped[str] = mapped_column(default=PROPOSED)
    effect_sha256: Mapped[str]
    """Of every ballot with its standing before and after, as proposed: what is confirmed is what was looked at."""
    proposed_by: Mapped[str]
    proposed_by_key: Mapped[str]
    """The name as ``names.person_key`` compares it."""
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[str | None]
    confirmed_by_key: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    sequence: Mapped[int | None]
    """1, 2, 3 … in the order of confirming, which is the order in which the box applies them."""
    first_leaf: Mapped[int | None]
    """The first of its entries in the log; the others follow it."""
    votes_json: Mapped[str | None]
    """What it does to the counts: ``{"ballots": -2, "votes": {"7": -2}}``."""
    change_json: Mapped[str | None]
    """What it does as proposed, so that no page sums up its ballots: ``{"moves": [["counted", "voided", 2]], "ballots": -2,
    "votes": {"7": -2}}``. None for a decision from before there was this column."""
    clusters_json: Mapped[str] = mapped_column(default="[]", server_default="[]")
    """The clusters of the scan that held some of its ballots when it was proposed."""

    @property
    def blind_clusters(self) -> list[str]:
        """The clusters that whoever proposes or confirms it judges first, without seeing whom they helped."""
        return list(map(str, json.loads(self.clusters_json)))


class DecisionBallot(Base):
    """One ballot of a decision."""

    __tablename__ = "decision_ballots"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "number"], ["decisions.campaign_id", "decisions.number"]),
        ForeignKeyConstraint(["campaign_id", "seq"], ["ledger_entries.campaign_id", "ledger_entries.seq"]),
        CheckConstraint(
            "before IN ('counted', 'held', 'voided') AND after IN ('counted', 'held', 'voided')",
            name="standings_are_known",
        ),
        CheckConstraint("before <> after", name="changes_something"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The ballot's place in the ledger."""
    before: Mapped[str]
    after: Mapped[str]
