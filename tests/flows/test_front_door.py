"""What is answered before Flask is entered is what Flask answers: the same page and headers, for each voter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from tests.stage import Stage, make_service
from voting_service.ballots.front_door import FrontDoor
from voting_service.web.sessions import VoterSession
from wsgi import make_flask, make_polling_place

KNOWN = VoterSession("device", "A" * 22)


class Doors:
    """One service entered by its front door, and by Flask's."""

    def __init__(self, stage: Stage) -> None:
        self.place = make_polling_place(stage.service)
        self.entered: list[str] = []
        flask = make_flask(stage.service, self.place)

        def inner(environ, start_response):
            self.entered.append(environ["PATH_INFO"])
            return flask(environ, start_response)

        self.front, self.flask = FrontDoor(inner, self.place), flask

    def both(self, path: str, session: VoterSession | None) -> tuple[TestResponse, TestResponse]:
        """The front door's answer and Flask's."""
        headers = {"Cookie": f"voter={self.place.sessions.to_cookie(session)}"} if session else {}
        return Client(self.front, use_cookies=False).get(path, headers=headers), Client(
            self.flask, use_cookies=False
        ).get(path, headers=headers)


def _without_what_is_new(answer: TestResponse) -> tuple[int, dict[str, str], str]:
    nonce = re.search(r"nonce-([\w\-]+)", answer.headers["Content-Security-Policy"])
    assert nonce
    headers = {name: value.replace(nonce[1], "NONCE") for name, value in answer.headers.items()}
    cookies = "\n".join(answer.headers.getlist("Set-Cookie"))
    headers["Set-Cookie"] = re.sub(r"(?<=voter=)[^;]+|(?<=Expires=)[^;]+", "…", cookies)
    text = answer.text.replace(nonce[1], "NONCE")
    text = re.sub(r"[0-9A-HJKMNP-TV-Z]{16}(\.[0-9]{13}){2}\.[\w~\-]+\.[\w\-]{22}", "FORM", text)
    text = re.sub(r"[\w\-]{12}\.([\w\-]{12})?\.[0-9]+\.[\w\-]{11}", "SHARE", text)
    return answer.status_code, headers, re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "MOMENT", text)


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "https://vote.example.org"])
@pytest.mark.parametrize("session", [None, KNOWN])
def test_the_campaign_page_is_the_same_before_and_within_flask(
    tmp_path: Path, redis_url: str, base_url: str, session: VoterSession | None
) -> None:
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, base_url=base_url))
    stage.campaign(candidates=12)
    doors = Doors(stage)
    doors.both("/c/test", session)  # renders it
    doors.entered.clear()
    before, within = doors.both("/c/test?q=gate-7", session)
    assert doors.entered == [], "a warm page does not enter Flask"
    one, other = _without_what_is_new(before), _without_what_is_new(within)
    if session is None:  # two new voters, each with an order of their own
        one, other = ((*answer[:2], "".join(sorted(answer[2]))) for answer in (one, other))
    assert one == other
    stage.strike()


@pytest.mark.parametrize("query", ["lang=en", "%6Cang=en", "x=%00"])
def test_what_may_change_the_page_is_left_to_flask(stage: Stage, query: str) -> None:
    stage.campaign()
    doors = Doors(stage)
    doors.both("/c/test", KNOWN)
    doors.entered.clear()
    before, within = doors.both(f"/c/test?{query}", KNOWN)
    assert doors.entered == ["/c/test"]
    assert _without_what_is_new(before) == _without_what_is_new(within)


def test_a_warm_page_follows_the_counts(stage: Stage) -> None:
    stage.campaign()
    doors = Doors(stage)
    doors.both("/c/test", KNOWN)
    assert stage.voter().vote([1]).status_code == 201
    doors.place.board._live.clear()  # as when its second is over
    before, within = doors.both("/c/test", KNOWN)
    assert _without_what_is_new(before) == _without_what_is_new(within)
    assert before.text != Client(doors.front, use_cookies=False).get("/c/nothing-here").text


def test_each_voter_has_an_order_of_their_own_and_keeps_it(stage: Stage) -> None:
    stage.campaign(candidates=12)
    doors = Doors(stage)

    def order(session: VoterSession) -> list[str]:
        page = Client(doors.front, use_cookies=False).get(
            "/c/test", headers={"Cookie": f"voter={doors.place.sessions.to_cookie(session)}"}
        )
        return re.findall(r'href="/c/test/candidates/(\d+)"', page.text)

    mine = order(KNOWN)
    assert order(KNOWN) == mine
    firsts = {order(VoterSession("device", f"{n:022}"))[0] for n in range(100)}
    assert len(firsts) == 12, "everyone comes first for someone"
