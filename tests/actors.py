"""Who acts in the screenplays: a voter at a client, with their own cookie and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from werkzeug.test import Client, TestResponse

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.59(0x18003b28) NetType/WIFI Language/zh_CN"
)


class Voter:
    """One person with one phone."""

    def __init__(self, client: Client, slug: str) -> None:
        self.client = client
        self.slug = slug

    def get(self, path: str, **kw: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, headers={"User-Agent": IPHONE}, **kw)

    def form(self) -> dict[str, Any]:
        """A fresh ballot form."""
        answer = self.get(f"/api/v1/campaigns/{self.slug}/ballot-form")
        assert answer.status_code == 200, answer.text
        form: dict[str, Any] = answer.get_json()
        return form

    def post(self, form: object, choices: object) -> TestResponse:
        """Post this form with these choices."""
        return self.client.post(
            f"/api/v1/campaigns/{self.slug}/ballots",
            data=json.dumps({"form": form, "choices": choices, "page": {"touches": 4}}),
            headers={"User-Agent": IPHONE, "Content-Type": "application/json"},
        )

    def vote(self, choices: Sequence[int]) -> TestResponse:
        """Take a form and cast it."""
        return self.post(self.form()["form"], list(choices))

    def receipt(self, tracking_code: str) -> dict[str, Any]:
        """Look a receipt up."""
        answer = self.get(f"/api/v1/receipts/{tracking_code}")
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.get_json()
        return state
