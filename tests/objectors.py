"""Citizens who object: a notice to object to, forms as a page or a program sends them, and what is kept of them."""

from __future__ import annotations

import io
import secrets
from typing import Any

from PIL import Image
from werkzeug.test import Client, TestResponse

from publicity.notices.models import Notice
from tests.desk import Desk
from tests.notices import plan_with, published
from tests.stage import Stage

API = "/api/v1/campaigns/{slug}/objections"
STATEMENT = "三月五日在二号车间亲眼看到他把别人的工时记在自己名下，班组长也在场。"
NAME, PHONE = "欧阳静怡", "13912345678"
CLUE = "二号车间三月五日夜班，值班表上有记录，班组的人都知道。"


def notice_on(
    stage: Stage, *, slug: str = "test", worths: dict[str, str] | None = None, **more: Any
) -> Notice:
    """A campaign that is over, and a notice of it that takes objections now."""
    stage.draft(slug)
    if worths:
        plan_with(stage, slug, objections=worths)
    desk = Desk(stage, f"经办人{slug}", "operator", "committee")
    return published(stage, desk.official, slug=slug, **more)


def form(**changes: Any) -> dict[str, Any]:
    """A named objection without a fault; a change to None leaves a field out."""
    values: dict[str, Any] = {
        "submission": secrets.token_urlsafe(16),
        "candidate": "2",
        "ground": "false_material",
        "statement": STATEMENT,
        "kind": "named",
        "name": NAME,
        "phone": PHONE,
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def anonymous(**changes: Any) -> dict[str, Any]:
    """The same without a name, with a clue."""
    return form(**({"kind": "anonymous", "name": None, "phone": None, "clue": CLUE} | changes))


def photo(name: str = "现场.png", colour: str = "red") -> tuple[io.BytesIO, str]:
    """A file field's value: a small picture."""
    made = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(made, "PNG")
    made.seek(0)
    return made, name


def renamed_program(name: str = "合同.jpg") -> tuple[io.BytesIO, str]:
    """A file field's value: what no picture begins with."""
    return io.BytesIO(b"MZ\x90" * 50), name


def lodge_by_api(
    client: Client, slug: str = "test", came_from: str = "127.0.0.1", **fields: Any
) -> TestResponse:
    """Lodge as a program does."""
    return client.post(
        API.format(slug=slug),
        data=fields,
        content_type="multipart/form-data",
        environ_overrides={"REMOTE_ADDR": came_from},
    )


def come_back(client: Client, number: str, passcode: str, **more: Any) -> TestResponse:
    """Enter the pair."""
    fields = {"number": number, "passcode": passcode, "form": secrets.token_urlsafe(16)}
    return client.post("/objections", data=fields | more)
