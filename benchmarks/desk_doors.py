"""The desk's pages before one is signed in: the form, an invitation, the second step. Each is reached as people reach it."""

from __future__ import annotations

import re

from werkzeug.test import Client

from tests.second_steps import enrol
from voting_service.accounts.invitations import invite
from voting_service.accounts.register import add_official

from .stand import Stand

_PASSPHRASE = "只在测量时用的一句话"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


def _enter(client: Client, path: str, **fields: str) -> None:
    found = _TOKEN.search(client.get(path).text)
    if found is None:
        raise RuntimeError("a form of the door has no token")
    answer = client.post(path, data={"token": found[1], **fields})
    if answer.status_code != 303:
        raise RuntimeError(f"a door's form was answered {answer.status}")


def invitation(place: Stand, name: str) -> tuple[str, int]:
    """Somebody new, with a link that was not used; gives its secret and their number."""
    now = place.service.clock.now()
    with place.service.database.write() as session:
        number = add_official(session, name, [], at=now, actor="测量员").id
        return invite(session, name, at=now, actor="测量员"), number


def half_way_in(place: Stand) -> Client:
    """A browser whose owner has given the passphrase and is asked for a code."""
    secret, number = invitation(place, "两步登录的人")
    client = place.stage.client()
    fields = {"passphrase": _PASSPHRASE, "again": _PASSPHRASE}
    _enter(client, f"/desk/invitation/{secret}", **fields)
    enrol(place.stage, number)
    client = place.stage.client()
    _enter(client, "/desk/sign-in", name="两步登录的人", passphrase=_PASSPHRASE)
    return client
