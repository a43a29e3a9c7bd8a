"""Is the process alive (``/healthz``), and is the service ready, part by part (``/readyz``)?"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Blueprint, Response, current_app, jsonify

from ..findings import Finding
from . import access
from .language import say

Probe = Callable[[], Iterable[Finding]]

health = Blueprint("health", __name__)


@health.get("/healthz")
@access.public
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@health.get("/readyz")
@access.public
def readyz() -> tuple[Response, int]:
    """Every part with its finding; 503 where one is an error."""
    probes: list[Probe] = current_app.extensions["probes"]
    findings = [finding for probe in probes for finding in probe()]
    ready = all(finding.level != "error" for finding in findings)
    body = {
        "status": "ready" if ready else "not ready",
        "findings": [
            {
                "level": finding.level,
                "code": finding.code,
                "finding": say(finding.sentence),
                "remedy": say(finding.remedy) if finding.remedy else None,
            }
            for finding in findings
        ],
    }
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if ready else 503
