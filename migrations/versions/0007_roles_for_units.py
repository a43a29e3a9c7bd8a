"""Reviewers and judges; roles for one unit's candidates"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "'admin', 'operator', 'committee', 'handler', 'supervisor'"
SINCE = "'admin', 'operator', 'reviewer', 'judge', 'committee', 'handler', 'supervisor'"


def upgrade() -> None:
    rows = op.get_bind().execute(sa.text("SELECT official_id, role, campaign_slug FROM official_roles")).all()
    op.drop_table("official_roles")
    made = make(SINCE, [sa.Column("unit", sa.String(), nullable=False)])
    if rows:
        op.bulk_insert(made, [{**row._mapping, "unit": ""} for row in rows])


def downgrade() -> None:
    rows = (
        op.get_bind()
        .execute(
            sa.text(
                "SELECT official_id, role, campaign_slug FROM official_roles "
                "WHERE unit = '' AND role NOT IN ('reviewer', 'judge')"
            )
        )
        .all()
    )
    op.drop_table("official_roles")
    made = make(BEFORE, [])
    if rows:
        op.bulk_insert(made, [dict(row._mapping) for row in rows])


def make(roles: str, more: list[sa.Column]) -> sa.Table:
    """A primary key cannot be widened in place on SQLite; there are a handful of rows."""
    return op.create_table(
        "official_roles",
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("campaign_slug", sa.String(), nullable=False),
        *more,
        sa.CheckConstraint(f"role IN ({roles})", name=op.f("ck_official_roles_role_is_known")),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_official_roles_official_id")
        ),
        sa.PrimaryKeyConstraint(
            "official_id", "role", "campaign_slug", *[column.name for column in more],
            name=op.f("pk_official_roles"),
        ),
    )  # fmt: skip
