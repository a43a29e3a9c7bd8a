"""A decision keeps the clusters that must be judged blind; a scan keeps clusters that a proposal waits on"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scan_clusters", sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("decisions", sa.Column("clusters_json", sa.String(), nullable=False, server_default="[]"))
    _carry_over(op.get_bind())


def _carry_over(connection: sa.Connection) -> None:
    """A proposal that waits, and came from a cluster which is still there: who confirms it judges that first."""
    waiting = connection.execute(
        sa.text(
            "SELECT d.campaign_id, d.number, c.cluster FROM decisions d JOIN scan_clusters c"
            " ON c.campaign_id = d.campaign_id AND d.origin = 'cluster ' || c.cluster WHERE d.state = 'proposed'"
        )
    ).all()
    for campaign_id, number, cluster in waiting:
        key = {"campaign": campaign_id, "cluster": cluster}
        connection.execute(
            sa.text(
                "UPDATE decisions SET clusters_json = :json WHERE campaign_id = :campaign AND number = :n"
            ),
            {"json": json.dumps([cluster]), "campaign": campaign_id, "n": number},
        )
        connection.execute(
            sa.text(
                "UPDATE scan_clusters SET kept = true WHERE campaign_id = :campaign AND cluster = :cluster"
            ),
            key,
        )


def downgrade() -> None:
    op.drop_column("decisions", "clusters_json")
    op.drop_column("scan_clusters", "kept")
