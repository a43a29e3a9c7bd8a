"""Security headers on every answer, with a Content-Security-Policy that trusts a fresh nonce and nothing else."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g

STAY_WITH_HTTPS = ("Strict-Transport-Security", "max-age=31536000")

API_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Cache-Control", "no-store"),
]
"""For answers that are made before Flask is entered."""


def csp_nonce() -> str:
    """This response's nonce, made once for each request."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def content_security_policy(nonce: str) -> str:
    """Our own files by nonce, pictures and requests from ourselves, nothing in frames, no foreign form target."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def add_security_headers(response: Response) -> Response:
    """After every request."""
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", content_security_policy(csp_nonce()))
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    return response


def install(app: Flask, *, secure: bool) -> None:
    """Attach to the app. Under https the browser is told to stay there."""
    app.after_request(add_security_headers)
    if secure:
        app.after_request(_stay_with_https)


def _stay_with_https(response: Response) -> Response:
    response.headers.setdefault(*STAY_WITH_HTTPS)
    return response
