"""Alembic's environment: runs on the connection that ``database.Database.upgrade`` hands over."""

from alembic import context

import publicity.award.models
import publicity.docket.models
import publicity.notices.models
import publicity.substitutions.models
import voting_service.accounts.api_tokens.models
import voting_service.accounts.models
import voting_service.activity
import voting_service.assessment.final_list.models
import voting_service.assessment.models
import voting_service.attachments.models
import voting_service.ballots.leaving.models
import voting_service.campaigns.gate_policies
import voting_service.campaigns.models
import voting_service.candidates.models
import voting_service.candidates.profiles.models
import voting_service.committee.models
import voting_service.evidence.models
import voting_service.ledger
import voting_service.media.partners.models
import voting_service.recorder.early_closing.models
import voting_service.scanning.models
import voting_service.tally.blind.models
import voting_service.tally.certification.models
import voting_service.tally.decisions.models
import voting_service.tally.figures.models
import voting_service.tally.sample.models
import voting_service.transparency.models
import voting_service.voter_codes.models
import voting_service.webhooks.models
from voting_service.database import Base

__all__ = ["publicity", "voting_service"]

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite cannot alter a table in place; batch mode copies it, and is a plain ALTER on PostgreSQL.
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
