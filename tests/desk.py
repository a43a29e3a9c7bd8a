"""Officials at their desks: signed in, with the roles that a scene needs."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.test import Client, TestResponse

from tests.stage import Stage
from voting_service.accounts.officials import EVERYWHERE, ActingOfficial, Role
from voting_service.accounts.register import acting, add_official
from voting_service.accounts.sessions import COOKIE, begin_session, csrf_of


class Desk:
    """One official with a browser of their own."""

    def __init__(self, stage: Stage, name: str, *roles: Role, slug: str = EVERYWHERE) -> None:
        now = stage.service.clock.now()
        with stage.service.database.write() as session:
            added = add_official(session, name, [(role, slug) for role in roles], at=now, actor="test")
            self.secret = begin_session(session, added.id, at=now)
            found = acting(session, added.id)
        assert found is not None
        self.official: ActingOfficial = found
        self.client: Client = stage.client()
        self.client.set_cookie(COOKIE, self.secret)

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form as its page would."""
        return self.client.post(path, data={"csrf": csrf_of(self.secret), **fields})

    def text(self, path: str) -> str:
        """What stands on a page, without its markup."""
        response = self.get(path)
        assert response.status_code == 200, response.status
        return re.sub(r"<[^>]+>", "", response.text)
