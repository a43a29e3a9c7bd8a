"""Which room of a campaign an address is in, for the way back on top of its page."""

from __future__ import annotations

import pytest

from voting_service.campaigns.desk_links import room_at
from wsgi import CAMPAIGN_LINKS, CAMPAIGN_STAGES


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("/desk/campaigns/a/board", "board"),
        ("/desk/campaigns/a/decisions/D-0001", "decisions"),
        ("/desk/campaigns/a/scores/round/close", "scores/round"),
        ("/desk/campaigns/a/scores/3", "scores"),
        ("/desk/campaigns/a/boards", None),
        ("/desk/campaigns/b/board", None),
        ("/desk/campaigns/a/edit", None),
    ],
)
def test_a_room_is_found_by_address(path: str, room: str | None) -> None:
    found = room_at(CAMPAIGN_LINKS, "a", path)
    assert (found and found.path) == room


def test_every_stage_leads_to_a_room() -> None:
    assert {stage.path for stage in CAMPAIGN_STAGES} <= {link.path for link in CAMPAIGN_LINKS}
