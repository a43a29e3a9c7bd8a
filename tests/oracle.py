"""The one oracle: after every scene, box = ledger = log."""

from __future__ import annotations

from tests.stage import Stage
from voting_service.tally.reconcile import Reconciliation, reconcile


def check_books(stage: Stage, slug: str = "test") -> Reconciliation:
    """Reconcile; every difference fails the test, named."""
    outcome = reconcile(stage.service.database, stage.service.box, slug)
    assert [str(problem) for problem in outcome.differences] == []
    return outcome
