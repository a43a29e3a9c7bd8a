"""Whoever has become another voter meanwhile is told so, and never voted for by a script that means well."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.actors import IPHONE
from tests.flows.test_kiosk import kiosk_at, register
from tests.paper import Holder, holder, make_codes
from tests.stage import Stage


def renewed(voter: Holder, form: str, known_by: str) -> tuple[int, str]:
    """What the page's script does when its form is refused."""
    answer = voter.get(f"/api/v1/campaigns/{voter.slug}/ballot-form?as={known_by}&from={form}")
    return answer.status_code, answer.json.get("code", "")


def test_a_ballot_meant_for_a_code_is_not_cast_by_the_browser(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code", "device"))
    voter = holder(stage)
    voter.enter(*make_codes(stage, tmp_path, 1))
    form = voter.form()["form"]
    assert '"as": "paper"' in voter.get("/c/test").text
    voter.client.post("/c/test/code/leave")
    assert voter.post(form, [1]).status_code == 400
    assert renewed(voter, form, "paper") == (400, "bad_form")
    assert renewed(voter, form, "browser")[0] == 200


def test_a_ballot_meant_for_the_browser_does_not_spend_a_code(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code", "device"))
    voter = holder(stage)
    form = voter.form()["form"]
    voter.enter(*make_codes(stage, tmp_path, 1))
    assert voter.post(form, [1]).status_code == 400
    assert renewed(voter, form, "browser") == (400, "bad_form")


def test_whose_code_s_time_is_over_is_sent_to_the_page_of_codes(stage: Stage) -> None:
    stage.campaign(identities=("code",))
    voter = holder(stage)
    answer = voter.get("/api/v1/campaigns/test/ballot-form?as=paper")
    assert (answer.status_code, answer.json["login"]) == (401, "/c/test/code")
    page = voter.client.post(
        "/c/test", data={"action": "cast", "choices": "1", "form": "x"}, headers={"User-Agent": IPHONE}
    )
    assert page.status_code == 401
    assert 'href="/c/test/code"' in page.text


def test_a_code_of_another_campaign_entered_at_a_kiosk_does_not_take_the_receipt_away(
    stage: Stage, tmp_path: Path
) -> None:
    stage.campaign(identities=("device",))
    stage.campaign("other", identities=("code",))
    hall = kiosk_at(stage, register(stage))
    elsewhere = Holder(hall.client, "other")
    assert elsewhere.enter(*make_codes(stage, tmp_path, 1, slug="other")).status_code == 303
    done = hall.vote(1)
    assert done.status_code == 303
    assert parse_qs(urlsplit(done.location).query)["turn"]
    assert hall.get(done.location).status_code == 200
