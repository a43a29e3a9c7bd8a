"""A telephone on a real network: HTTP to a running service with cookies of its own. What its page would do without being
told (wait for the hand, solve a challenge, post the same ballot again) it does too; what an attacker would, it can."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from tests.actors import IPHONE
from tests.solving import solution_of

MOST_CHALLENGES = 3
"""In a row, as campaign.js has it."""


class Answer(NamedTuple):
    """One answer, whatever it is."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """Its document."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def code(self) -> str:
        """The problem's code; empty where it is none."""
        return str(self.json.get("code", ""))


@dataclass
class Handset:
    """One device. ``home`` is the service's address."""

    home: str
    slug: str
    user_agent: str = IPHONE
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request on a connection of its own; what the answer sets in cookies is kept."""
        connection = http.client.HTTPConnection(urlsplit(self.home).netloc, timeout=60)
        sent = {
            "User-Agent": self.user_agent,
            **self.headers,
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, dict(response.getheaders()), response.read())
            for cookie in response.headers.get_all("Set-Cookie") or []:
                name, _equals, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
        finally:
            connection.close()
        return answer

    def page_form(self, query: str = "") -> str:
        """Open the campaign page; gives the ballot form in it."""
        page = self.ask("GET", f"/c/{self.slug}{query}")
        assert page.status == 200, page.body
        found = re.search(rb'name="form" value="([^"]+)"', page.body)
        assert found is not None
        return found[1].decode()

    def form(self) -> str:
        """A ballot form from the API."""
        answer = self.ask("GET", f"/api/v1/campaigns/{self.slug}/ballot-form")
        assert answer.status == 200, answer.body
        return str(answer.json["form"])

    def post(
        self,
        form: object,
        choices: Sequence[int] = (1,),
        more: Mapping[str, Any] | None = None,
        **headers: str,
    ) -> Answer:
        """Post this form, once."""
        body = {"form": form, "choices": list(choices), "page": {"touches": 4, "traits": []}, **(more or {})}
        sent = {"Content_Type": "application/json", **headers}
        return self.ask("POST", f"/api/v1/campaigns/{self.slug}/ballots", json.dumps(body).encode(), **sent)

    def cast(
        self, form: object, choices: Sequence[int] = (1,), most: int = MOST_CHALLENGES
    ) -> tuple[Answer, list[int]]:
        """Post it as the page does, solving what is asked; gives the last answer and the bits of each challenge."""
        asked: list[int] = []
        answer = self.post(form, choices)
        while answer.status == 428 and len(asked) < most:
            challenge = answer.json["challenge"]
            asked.append(challenge["bits"])
            answer = self.post(form, choices, {"challenge": solution_of(challenge)})
        return answer, asked

    def submit(self, form: str, choices: Sequence[int] = (1,), **headers: str) -> Answer:
        """Post the page's form as a browser without scripts does."""
        fields = urlencode([("form", form), ("action", "cast"), *(("choices", n) for n in choices)])
        sent = {"Content_Type": "application/x-www-form-urlencoded", **headers}
        return self.ask("POST", f"/c/{self.slug}", fields.encode(), **sent)


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of them in as many threads, started together; gives what each gave. Fails with the first that failed."""
    results: list[Any] = [None] * len(acts)
    troubles: list[BaseException] = []
    start = threading.Barrier(len(acts))

    def act(number: int) -> None:
        try:
            start.wait()
            results[number] = acts[number]()
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]
    return results
