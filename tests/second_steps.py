"""Officials with a second factor: their app, their codes."""

from __future__ import annotations

from datetime import datetime

from tests.stage import Stage
from voting_service.accounts import second_factor, totp
from voting_service.accounts.models import SecondFactor
from voting_service.accounts.register import acting


class App:
    """An authenticator app with one account in it."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def code(self, now: datetime, steps: int = 0) -> str:
        """What it shows, or shows so many steps later."""
        return totp.code_at(self.secret, totp.step_of(now) + steps)

    def wrong(self, now: datetime) -> str:
        """Six digits that are no code of about now."""
        near = {self.code(now, steps) for steps in range(-2, 3)}
        return next(code for number in range(10) if (code := f"{number:06d}") not in near)


def enrol(stage: Stage, number: int) -> tuple[App, list[str]]:
    """Turn the second factor on by its verbs, with a code of two steps ago, so that the next are still good. Gives the app and
    the recovery codes."""
    service, now = stage.service, stage.service.clock.now()
    with service.database.write() as session:
        second_factor.begin(session, service.keyring, number, at=now)
        secret = second_factor.waiting_secret(session, service.keyring, number, now=now)
        official = acting(session, number)
        assert secret is not None
        assert official is not None
        app = App(secret)
        codes = second_factor.prove(session, service.keyring, official, app.code(now, -1), at=now)
        # As if it had been long ago: the tests' clocks stand still.
        session.get_one(SecondFactor, number).last_step = totp.step_of(now) - 2
    return app, codes
