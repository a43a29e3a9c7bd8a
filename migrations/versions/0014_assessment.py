"""Assessment: rounds of scoring, drafts, sheets, reopenings, recusals, figures, the group's opinions, worksheets"""

import sqlalchemy as sa
from alembic import op

from voting_service.append_only import freeze, unfreeze

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_PROPOSAL = ("proposed_by", "proposed_at")
FROZEN = {
    # Table: what may never change; left out is what the second person fills in, once.
    "score_sheets": ("campaign_id", "judge_id", "version", "document", "sha256", "submitted_at"),
    "score_reopenings": ("id", "campaign_id", "judge_id", "version", "reason", *_PROPOSAL),
    "recusals": ("id", "campaign_id", "judge_id", "candidate", "reason", "ordered", *_PROPOSAL),
    "assessment_figures": ("id", "campaign_id", "criterion", "version", "source", "values_json", "sha256", *_PROPOSAL),
    "group_opinions": ("id", "campaign_id", "candidate", "opinion", *_PROPOSAL),
    "worksheets": ("id", "campaign_id", "document", "sha256", *_PROPOSAL),
}  # fmt: skip
KEYS = {
    "score_sheets": (("campaign_id", "judge_id", "version"),),
    "score_reopenings": (("id",),),
    "recusals": (("id",),),
    "assessment_figures": (("id",), ("campaign_id", "criterion", "version")),
    "group_opinions": (("id",),),
    "worksheets": (("id",), ("campaign_id", "number")),
}


def upgrade() -> None:
    make_tables()
    for table, columns in FROZEN.items():
        freeze(op, table, columns, KEYS[table])


def downgrade() -> None:
    for table in (
        "worksheets", "group_opinions", "assessment_figures", "recusals", "score_reopenings", "score_sheets",
        "score_drafts", "score_rounds",
    ):  # fmt: skip
        op.drop_table(table)
    for table in FROZEN:
        unfreeze(op, table)


def two_people(table: str) -> list[sa.schema.SchemaItem]:
    """State, who proposed and who confirmed, and what the row refuses."""
    return [
        sa.Column("state", sa.String(), nullable=False),
        *people(),
        *officials(table),
        check(table, "state_is_known", "state IN ('proposed', 'confirmed', 'dropped')"),
        check(table, "confirmed_by_another_person", "confirmed_by <> proposed_by"),
        check(table, "confirmed_by_someone", "(state = 'confirmed') = (confirmed_by IS NOT NULL)"),
        check(table, "confirmed_at_some_time", "(confirmed_at IS NULL) = (confirmed_by IS NULL)"),
    ]


def people() -> list[sa.Column]:
    """Who proposed and who confirmed."""
    return [
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", BIG, nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
    ]


def officials(table: str) -> list[sa.ForeignKeyConstraint]:
    """That both are officials."""
    return [refers(table, column, "officials.id") for column in ("proposed_by", "confirmed_by")]


def refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    """A foreign key of one column."""
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    """A rule with its name."""
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def campaign(table: str) -> list[sa.schema.SchemaItem]:
    """Of which campaign."""
    return [sa.Column("campaign_id", BIG, nullable=False), refers(table, "campaign_id", "campaigns.id")]


def serial(table: str) -> list[sa.schema.SchemaItem]:
    """A number of its own as key."""
    return [
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def make_tables() -> None:
    make_sheets()
    make_exceptions()
    make_findings()


def make_sheets() -> None:
    op.create_table(
        "score_rounds",
        *campaign("score_rounds"),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("due_reason", sa.String(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", BIG, nullable=True),
        sa.Column("counted_json", sa.String(), nullable=True),
        check("score_rounds", "closed_by_someone", "(closed_at IS NULL) = (closed_by IS NULL)"),
        check("score_rounds", "closed_with_sheets", "(closed_at IS NULL) = (counted_json IS NULL)"),
        check("score_rounds", "extended_for_a_reason", "(due_at IS NULL) = (due_reason IS NULL)"),
        refers("score_rounds", "closed_by", "officials.id"),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_score_rounds")),
    )
    op.create_table(
        "score_drafts",
        *campaign("score_drafts"),
        sa.Column("judge_id", BIG, nullable=False),
        sa.Column("scores_json", sa.String(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        refers("score_drafts", "judge_id", "officials.id"),
        sa.PrimaryKeyConstraint("campaign_id", "judge_id", name=op.f("pk_score_drafts")),
    )
    op.create_table(
        "score_sheets",
        *campaign("score_sheets"),
        sa.Column("judge_id", BIG, nullable=False),
        sa.Column("version", BIG, autoincrement=False, nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        check("score_sheets", "version_begins_at_one", "version >= 1"),
        refers("score_sheets", "judge_id", "officials.id"),
        sa.PrimaryKeyConstraint("campaign_id", "judge_id", "version", name=op.f("pk_score_sheets")),
    )


def make_exceptions() -> None:
    op.create_table(
        "score_reopenings",
        *serial("score_reopenings"),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("judge_id", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        *two_people("score_reopenings"),
        check("score_reopenings", "gives_a_reason", "length(reason) > 0"),
        check("score_reopenings", "not_proposed_by_the_judge", "proposed_by <> judge_id"),
        check("score_reopenings", "not_confirmed_by_the_judge", "confirmed_by <> judge_id"),
        sa.ForeignKeyConstraint(
            ["campaign_id", "judge_id", "version"],
            ["score_sheets.campaign_id", "score_sheets.judge_id", "score_sheets.version"],
            name="fk_score_reopenings_sheet",
        ),
    )
    only_one("score_reopenings", "sheet", ["campaign_id", "judge_id", "version"], "state <> 'dropped'")
    table = "recusals"
    op.create_table(
        table,
        *serial(table),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("judge_id", BIG, nullable=False),
        sa.Column("candidate", BIG, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *people(),
        *officials(table),
        refers(table, "judge_id", "officials.id"),
        check(table, "state_is_known", "state IN ('proposed', 'confirmed', 'dropped', 'lifted')"),
        check(table, "gives_a_reason", "length(reason) > 0"),
        check(table, "ones_own_by_oneself", "ordered OR proposed_by = judge_id"),
        check(table, "ordered_by_others", "NOT ordered OR proposed_by <> judge_id"),
        check(table, "order_confirmed_by_others", "NOT ordered OR confirmed_by <> judge_id"),
        check(table, "order_confirmed_by_another_person", "NOT ordered OR confirmed_by <> proposed_by"),
        check(table, "confirmed_by_someone", "(state IN ('confirmed', 'lifted')) = (confirmed_by IS NOT NULL)"),
        check(table, "confirmed_at_some_time", "(confirmed_at IS NULL) = (confirmed_by IS NULL)"),
        sa.ForeignKeyConstraint(
            ["campaign_id", "candidate"], ["candidates.campaign_id", "candidates.number"],
            name="fk_recusals_candidate",
        ),
    )  # fmt: skip
    only_one(table, "judge_and_candidate", ["campaign_id", "judge_id", "candidate"],
             "state IN ('proposed', 'confirmed')")  # fmt: skip


def make_findings() -> None:
    table = "assessment_figures"
    op.create_table(
        table,
        *serial(table),
        *campaign(table),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("values_json", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        *two_people(table),
        check(table, "gives_a_source", "length(source) > 0"),
        sa.UniqueConstraint(
            "campaign_id", "criterion", "version", name=op.f(f"uq_{table}_campaign_id_criterion_version")
        ),
    )
    table = "group_opinions"
    op.create_table(
        table,
        *serial(table),
        *campaign(table),
        sa.Column("candidate", BIG, nullable=True),
        sa.Column("opinion", sa.String(), nullable=False),
        *two_people(table),
        check(table, "says_something", "length(opinion) > 0"),
    )
    table = "worksheets"
    op.create_table(
        table,
        *serial(table),
        *campaign(table),
        sa.Column("number", BIG, nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        *two_people(table),
        check(table, "numbered_once_it_is_closed", "(state = 'confirmed') = (number IS NOT NULL)"),
        check(table, "number_begins_at_one", "number >= 1"),
        sa.UniqueConstraint("campaign_id", "number", name=op.f(f"uq_{table}_campaign_id_number")),
    )


def only_one(table: str, name: str, columns: list[str], where: str) -> None:
    """At most one row that was not let go."""
    op.create_index(
        f"uq_{table}_{name}", table, columns, unique=True,
        sqlite_where=sa.text(where), postgresql_where=sa.text(where),
    )  # fmt: skip
