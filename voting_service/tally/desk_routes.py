"""The tally and everything that can be taken away, on the desk."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ..accounts.signed_in import acting_official
from ..activity import journal
from ..campaigns.models import CLOSED
from ..campaigns.queries import campaign_by_slug
from ..errors import Problem, ProblemsFound, Unavailable
from ..evidence.networks import Networks
from ..recorder.drain import Stores
from ..scanning.export import stream_evidence
from ..scanning.retention import day_of_deletion
from ..text import _
from ..web import access
from .archive import archive_path
from .decisions.desk_page import to_judge_first
from .decisions.queries import decision_by_number
from .decisions.rules import parse_number
from .document import CHANNEL_NAMES, FiguresNotReady, prepared_document
from .export_tables import candidates_table, decision_ballots_csv, decisions_table
from .routes import TYPES, tally_answer

pages = Blueprint("desk_tally", __name__, url_prefix="/desk/campaigns/<slug>")

LOOKERS = ("operator", "committee", "supervisor")
EVIDENCE = ("ballots.csv.gz", "views.csv.gz")
_exporting = threading.Lock()


def _stores() -> Stores:
    stores: Stores = current_app.extensions["recorder_stores"]
    return stores


@pages.get("/tally")
@access.official(*LOOKERS)
def tally(slug: str) -> str:
    """Counted, held and voided, as the prepared figures have them, and how to recount them."""
    with _stores().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        try:
            document = prepared_document(session, campaign) if campaign.frozen else None
        except FiguresNotReady:
            document = None
    log_url = f"{current_app.config['BASE_URL']}/log/{slug}"
    return render_template(
        "tally/tally.html", campaign=campaign, document=document, log_url=log_url, channels=CHANNEL_NAMES
    )


@pages.get("/tally.<kind>")
@access.official(*LOOKERS)
def tally_file(slug: str, kind: str) -> Response:
    """The same as a file."""
    if kind not in TYPES:
        abort(404)
    with _stores().database.read() as session:
        document = prepared_document(session, campaign_by_slug(session, slug))
    return tally_answer(document, kind)


@pages.get("/decisions/<number>/ballots.csv")
@access.official(*LOOKERS)
def decision_ballots(slug: str, number: str) -> Response:
    """Every ballot of a decision."""
    wanted = parse_number(number)
    if wanted is None:
        abort(404)
    with _stores().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        decision = decision_by_number(session, campaign.id, wanted)
        if to_judge_first(session, campaign, decision, acting_official()):
            # By the public log a tracking code says whom its ballot chose.
            raise ProblemsFound([Problem(number, _("请先盲评这项决定涉及的异常票群。"))])
        body = decision_ballots_csv(session, decision)
    return _file(body, "csv", f"{slug}-D-{wanted:04}")


@pages.get("/exports")
@access.official(*LOOKERS)
def exports(slug: str) -> str:
    """What can be taken away."""
    return _exports(slug)


def _exports(slug: str, found: list[Problem] | None = None) -> str:
    official = acting_official()
    archives: Path = current_app.extensions["archives"]
    with _stores().database.read() as session:
        campaign = campaign_by_slug(session, slug)
        deleted = day_of_deletion(session, slug)
    has_archive = campaign.phase == CLOSED and archive_path(archives, slug).is_file()
    return render_template(
        "tally/exports.html", campaign=campaign, deleted=deleted, has_archive=has_archive, found=found or (),
        may_take_evidence=official.may(slug, "committee"), evidence=EVIDENCE,
        sees_journal=official.may(slug, "admin", "supervisor", "committee"),
    )  # fmt: skip


_TABLES: dict[str, Callable[..., Any]] = {"decisions": decisions_table, "candidates": candidates_table}


@pages.get("/exports/<table>.<kind>")
@access.official(*LOOKERS)
def table_file(slug: str, table: str, kind: str) -> Response:
    """Decisions or candidates as a table."""
    if table not in _TABLES or kind not in ("csv", "xlsx"):
        abort(404)
    with _stores().database.read() as session:
        made = _TABLES[table](session, campaign_by_slug(session, slug))
    return _file(made.to_csv() if kind == "csv" else made.to_xlsx(), kind, f"{slug}-{table}")


@pages.post("/exports/evidence")
@access.official("committee")
def evidence(slug: str) -> BaseResponse | tuple[str, int]:
    """One of the evidence files, row by row: it is never on the disk in plain. Journaled before its first byte."""
    wanted = request.form.get("file", "")
    if not _exporting.acquire(blocking=False):
        # Each takes a processor for a minute or so where there are very many ballots.
        raise Unavailable(_("另一份证据文件正在导出，请等它完成再试。"))
    try:
        response = _evidence(slug, wanted)
    except ProblemsFound as refused:
        _exporting.release()
        return _exports(slug, list(refused.problems)), 422
    except BaseException:
        _exporting.release()
        raise
    response.call_on_close(_exporting.release)
    return response


def _evidence(slug: str, wanted: str) -> Response:
    stores, problems = _stores(), []
    if wanted not in EVIDENCE:
        problems.append(Problem("file", _("请选择一个文件。")))
    if request.form.get("confirmed") != "yes":
        problems.append(Problem("confirmed", _("请先阅读说明并勾选。")))
    with stores.database.write() as session:
        campaign_by_slug(session, slug)
        if day := day_of_deletion(session, slug):
            problems.append(Problem("", _("证据已于 %(day)s 删除。", day=day)))
        if problems:
            raise ProblemsFound(problems)
        journal(session, at=stores.clock.now(), actor=acting_official().name, act="export_evidence",
                subject=slug, details={"file": wanted})  # fmt: skip
    networks: Networks = current_app.extensions["networks"]
    pieces = stream_evidence(stores.database, stores.keyring, networks.table, slug, wanted)
    return _named(Response(pieces, mimetype="application/gzip"), f"{slug}-{wanted}")


def _file(body: bytes, kind: str, name: str) -> Response:
    response = Response(body, content_type=TYPES[kind] + ("; charset=utf-8" if kind == "csv" else ""))
    return _named(response, f"{name}.{kind}")


def _named(response: Response, name: str) -> Response:
    plain = re.sub(r"[^A-Za-z0-9._-]", "", name)
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}"'
    response.headers["Cache-Control"] = "no-store"
    return response
