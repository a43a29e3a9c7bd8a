"""Programs that come with a token."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.stage import Stage
from voting_service.accounts.api_tokens.issuing import WantedToken, make_token


class Program:
    """One program with its token."""

    def __init__(self, stage: Stage, slug: str = "test", *scopes: str, name: str = "统计系统") -> None:
        self.stage = stage
        wanted: Any = WantedToken(name=name, slug=slug, scopes=scopes or ("tally:read",), days=30)
        with stage.service.database.write() as session:
            self.token = make_token(session, wanted, at=stage.service.clock.now(), actor="管理员").token

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask with the token."""
        sent = {"Authorization": f"Bearer {self.token}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.stage.client().get(path, headers=sent)
