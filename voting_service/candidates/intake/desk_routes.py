"""A campaign from a folder, at the desk: upload, everything that is wrong with it at once, or what it would do and a last
look; and the plain parts in a form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.officials import ActingOfficial
from ...accounts.signed_in import acting_official
from ...campaigns.creating import TAKERS, WRITERS
from ...campaigns.queries import campaign_by_slug
from ...encryption import Keyring
from ...errors import Problem, ProblemsFound, Unavailable
from ...text import Text, _
from ...web import access, at_hand
from ...web.staged_uploads import MOST_BYTES, staged_parts, takes_folder
from ..importing import Imported, foresee_import, import_read
from ..photos import PhotoStore
from ..reading import CampaignRead, read_campaign
from ..wordings import inducement_warnings
from .editing import FROZEN_FIELDS, edit_campaign, form_of
from .packing import pack_campaign, zip_pieces
from .staging import Staged, Staging
from .template_folder import template_zip

pages = Blueprint("desk_intake", __name__, url_prefix="/desk/campaigns")
NEW = "new"
_MOST_SHOWN = 200
MOST_DOWNLOADS = 2
"""At once in a process: each holds a thread for as long as its reader is slow, and voters have the same threads."""


# ---- a folder


@pages.get("/new")
@access.official(*WRITERS, everywhere=True)
def new() -> BaseResponse:
    """Where a folder goes, and one to fill in."""
    return _upload_page("")


@pages.get("/new/template.zip")
@access.official(*WRITERS)
def template() -> Response:
    """A folder to fill in."""
    zone = current_app.config["ZONE"]
    example: Path = current_app.extensions["campaign_example"]
    response = make_response(template_zip(example, at_hand.now().astimezone(zone)))
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = "attachment; filename=campaign-folder.zip"
    return response


@pages.get("/<slug>/folder.zip")
@access.official(*TAKERS)
def present_folder(slug: str) -> Response:
    """The campaign as it stands, as the folder that would make it. Journaled before its first byte."""
    room: BoundedSemaphore = current_app.extensions["folder_downloads"]
    if not room.acquire(blocking=False):
        raise Unavailable(_("正有人在下载活动资料，请过一会儿再试。"))
    try:
        photos: PhotoStore = current_app.extensions["photos"]
        with at_hand.database().write() as session:
            packed = pack_campaign(session, slug, photos, at=at_hand.now(), actor=acting_official().name)
    except BaseException:
        room.release()
        raise
    response = Response(zip_pieces(packed, photos), mimetype="application/zip")
    response.call_on_close(room.release)
    response.headers["Content-Disposition"] = f'attachment; filename="{packed.slug}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/new")
@takes_folder
@access.official(*WRITERS, everywhere=True)
def upload() -> BaseResponse:
    """A folder of a campaign that may be new."""
    return _received("")


@pages.get("/<slug>/import")
@access.official(*WRITERS)
def ask_for_folder(slug: str) -> BaseResponse:
    """The same for one that there is."""
    return _upload_page(slug)


@pages.post("/<slug>/import")
@takes_folder
@access.official(*WRITERS)
def upload_again(slug: str) -> BaseResponse:
    """A folder of this campaign and no other."""
    return _received(slug)


@pages.get("/new/<token>")
@access.official(*WRITERS, everywhere=True)
def foresee_new(token: str) -> BaseResponse:
    """What the folder would do."""
    return _staged_page("", token)


@pages.get("/<slug>/import/<token>")
@access.official(*WRITERS)
def foresee(slug: str, token: str) -> BaseResponse:
    """The same for one that there is."""
    return _staged_page(slug, token)


@pages.post("/new/<token>")
@access.official(*WRITERS, everywhere=True)
def carry_out_new(token: str) -> BaseResponse:
    """Do it, or forget it."""
    return _decided("", token)


@pages.post("/<slug>/import/<token>")
@access.official(*WRITERS)
def carry_out(slug: str, token: str) -> BaseResponse:
    """The same for one that there is."""
    return _decided(slug, token)


def _received(slug: str) -> BaseResponse:
    official, staging = acting_official(), _staging()
    staging.sweep(at_hand.now())
    parts = staged_parts(request)
    if not parts:
        return _upload_page(slug, [Problem("folder", _("请选择要上传的文件。"))], 422)
    try:
        staged = staging.keep(parts, official_id=official.id, at=at_hand.now(), where=slug)
    except ProblemsFound as refused:
        return _upload_page(slug, list(refused.problems), 422)
    try:
        read = _read(staged, slug, official)
        with at_hand.database().read() as session:
            foresee_import(session, read)
    except ProblemsFound as refused:
        staging.remove(staged.token)
        return _upload_page(slug, list(refused.problems), 422, staged.name, refused.sentence)
    return redirect(f"{_address(slug)}/{staged.token}", 303)


def _read(staged: Staged, slug: str, official: ActingOfficial) -> CampaignRead:
    """Everything that the folder says. Raises ProblemsFound, for one of another campaign too."""
    try:
        read = read_campaign(
            staged.path, zone_name=str(current_app.config["ZONE"].key), photos=current_app.extensions["photos"]
        )  # fmt: skip
    except ProblemsFound as refused:
        # The file has a name of ours on the disk, which tells nobody anything.
        named = [
            replace(one, where=staged.name) if one.where == staged.path.name else one
            for one in refused.problems
        ]
        raise ProblemsFound(named) from refused
    declared = read.declaration.slug
    if slug and declared != slug:
        problem = Problem(
            "campaign.toml slug",
            _("是 %(other)s，而这里是 %(slug)s。", other=declared, slug=slug),
            _("请核对是不是选错了文件夹。"),
        )
        raise ProblemsFound([problem])
    if not official.may(declared, *WRITERS):
        raise ProblemsFound([Problem("campaign.toml slug", _("您没有更改 %(slug)s 的权限。", slug=declared))])
    return read


def _staged_page(
    slug: str, token: str, found: list[Problem] | None = None, status: int = 200
) -> BaseResponse:
    official = acting_official()
    staged = _staging().find(token, official.id, now=at_hand.now())
    try:
        read = _read(staged, slug, official)
        with at_hand.database().read() as session:
            foreseen = foresee_import(session, read)
    except ProblemsFound as refused:
        # It was in order when it came: voting may have begun since.
        _staging().remove(token)
        return _upload_page(slug, list(refused.problems), 422, staged.name, refused.sentence)
    campaign = foreseen.campaign
    return _page(
        "desk_staged", status, slug=slug, action=f"{_address(slug)}/{token}", read=read, rules=read.declaration.rules,
        campaign=campaign, seen=campaign.version if campaign else 0, changes=foreseen.changes[:_MOST_SHOWN],
        changes_total=len(foreseen.changes), warnings=read.warnings[:_MOST_SHOWN], warnings_total=len(read.warnings),
        found=found or [], file_name=staged.name, back=_address(slug),
    )  # fmt: skip


def _decided(slug: str, token: str) -> BaseResponse:
    official, staging = acting_official(), _staging()
    staged = staging.find(token, official.id, now=at_hand.now())
    if request.form.get("action") == "discard":
        staging.remove(token)
        if request.form.get("then") == "upload":
            return redirect(_address(slug), 303)
        return redirect(f"/desk/campaigns/{slug}" if slug else "/desk/campaigns", 303)
    if request.form.get("confirmed") != "yes":
        return _staged_page(slug, token, [Problem("confirmed", _("请先核对内容，并勾选确认。"))], 422)
    typed = request.form.get("seen", "")
    seen = int(typed) if typed.isdecimal() and len(typed) < 10 else -1
    try:
        # Photos take long, and are read before the transaction: nobody's ballot waits for them.
        read = _read(staged, slug, official)
        done = _import(read, seen, official)
    except ProblemsFound as refused:
        return _staged_page(slug, token, list(refused.problems), 422)
    staging.remove(token)
    return redirect(
        f"/desk/campaigns/{done.slug}/setup?done={'created' if done.created else 'imported'}", 303
    )


def _import(read: CampaignRead, seen: int, official: ActingOfficial) -> Imported:
    keyring: Keyring = current_app.extensions["keyring"]
    with at_hand.database().write() as session:
        return import_read(session, read, at=at_hand.now(), actor=official.name, keyring=keyring, seen=seen)


def _upload_page(
    slug: str,
    found: list[Problem] | None = None,
    status: int = 200,
    name: str = "",
    heading: Text | None = None,
) -> Response:
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug) if slug else None
    found = found or []
    waiting = [
        (one, f"{_address(one.where)}/{one.token}", max(0.1, one.size / 1024**2))
        for one in _staging().waiting(acting_official().id, now=at_hand.now())
    ]
    return _page(
        "desk_upload", status, waiting=waiting, slug=slug, action=_address(slug), campaign=campaign, found=found[:_MOST_SHOWN],
        total=len(found), file_name=name, heading=heading, most=MOST_BYTES // 1024**2,
    )  # fmt: skip


# ---- the plain parts in a form


@pages.get("/<slug>/edit")
@access.official(*WRITERS)
def edit(slug: str) -> Response:
    """The form, with what stands."""
    return _edit_page(slug)


@pages.post("/<slug>/edit")
@access.official(*WRITERS)
def save(slug: str) -> BaseResponse:
    """Make it so, or say at which fields it cannot be."""
    typed = request.form.to_dict()
    seen = int(typed["seen"]) if typed.get("seen", "").isdecimal() and len(typed["seen"]) < 10 else -1
    keyring: Keyring = current_app.extensions["keyring"]
    try:
        with at_hand.database().write() as session:
            edit_campaign(
                session,
                slug,
                typed,
                seen=seen,
                at=at_hand.now(),
                official=acting_official(),
                keyring=keyring,
            )
    except ProblemsFound as refused:
        return _edit_page(slug, typed, list(refused.problems), 422)
    return redirect(f"/desk/campaigns/{slug}/setup?done=saved", 303)


def _edit_page(
    slug: str, typed: dict[str, str] | None = None, found: list[Problem] | None = None, status: int = 200
) -> Response:
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
    form = {**form_of(campaign), **(typed or {})}
    return _page(
        "desk_edit", status, campaign=campaign, form=form, found=found or [], frozen=campaign.frozen,
        frozen_fields=FROZEN_FIELDS if campaign.frozen else (), offices=bool(campaign.plan.get("publicity", {}).get("offices")),
        warnings=[*inducement_warnings(form["title"], form["description"], ())],
        seen=(typed or {}).get("seen", campaign.version),
    )  # fmt: skip


# ---- at hand


def _address(slug: str) -> str:
    return f"/desk/campaigns/{slug}/import" if slug else f"/desk/campaigns/{NEW}"


def _staging() -> Staging:
    staging: Staging = current_app.extensions["staging"]
    return staging


def _page(name: str, status: int = 200, **values: Any) -> Response:
    return make_response(render_template(f"candidates/{name}.html", **values), status)
