"""A gate that a test puts ahead of a live service: it asks for challenges."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

from flask import render_template
from playwright.sync_api import Page, Route

from tests.live import LiveService
from tests.phone import choice
from tests.solving import solution_of
from voting_service.web.headers import content_security_policy, csp_nonce
from wsgi import make_flask, make_polling_place

RECEIPT = re.compile(r"/r/[0-9A-Z-]{19}")
Challenge = dict[str, Any]
__all__ = ["RECEIPT", "Challenge", "Gate", "RefusedPage", "cast", "challenge_of", "solution_of"]


def challenge_of(number: int = 1, *, salt: str = "c2FsdCBvZiAxNiBieXRlcw", puzzles: int = 16, bits: int = 5) -> Challenge:  # fmt: skip
    """A challenge as the gate gives it, easier than most."""
    return {"id": f"challenge-{number}", "salt": salt, "puzzles": puzzles, "bits": bits}


def cast(page: Page, *numbers: int) -> None:
    """Choose and cast."""
    for number in numbers:
        choice(page, number).tap()
    page.get_by_role("button", name="投出选票").tap()


class Gate:
    """Stands before a live service and asks for challenges, as many as it is given; then lets ballots through."""

    def __init__(self, page: Page, *challenges: Challenge) -> None:
        self.posted: list[dict[str, Any]] = []
        self._challenges = list(challenges)
        page.route("**/ballots", self._answer)

    def _answer(self, route: Route) -> None:
        self.posted.append(json.loads(route.request.post_data or ""))
        if not self._challenges:
            route.continue_()
            return
        problem = {"status": 428, "code": "challenge_required", "detail": "请先完成验证。"}
        body = json.dumps({**problem, "challenge": self._challenges.pop(0)})
        route.fulfill(status=428, body=body, content_type="application/problem+json")


class RefusedPage:
    """The page of a refusal, drawn by the service's own templates for whatever ballot was posted to it."""

    def __init__(self, live: LiveService, slug: str, challenge: Challenge | None, times: int = 1) -> None:
        self.posted: list[dict[str, list[str]]] = []
        self._service, self._slug = live.stage.service, slug
        self._place = make_polling_place(self._service)
        self._app = make_flask(self._service, self._place)
        self._challenge, self._times = challenge, times

    def answer(self, route: Route) -> None:
        """Refuse the first posts, let the others through."""
        if route.request.method != "POST":
            route.continue_()
            return
        fields = parse_qs(route.request.post_data or "", keep_blank_values=True)
        self.posted.append(fields)
        if len(self.posted) > self._times:
            route.continue_()
            return
        nonce, page = self.draw({"form": fields["form"][0], "choices": fields["choices"]})
        headers = {"Content-Security-Policy": content_security_policy(nonce)}
        route.fulfill(status=428, body=page, content_type="text/html; charset=utf-8", headers=headers)

    def draw(self, again: dict[str, Any]) -> tuple[str, str]:
        """Its nonce and its text."""
        view = self._place.view(self._slug, self._service.clock.now())
        refusal = {
            "code": "challenge_required",
            "title": "需要验证",
            "sentence": "投票前请先完成安全验证。",
            "remedy": None,
            "next_at": None,
            "challenge": self._challenge,
        }
        with self._app.test_request_context(f"/c/{self._slug}", method="POST"):
            page = render_template("ballots/refused.html", campaign=view, refusal=refusal, again=again)
            return csp_nonce(), page
