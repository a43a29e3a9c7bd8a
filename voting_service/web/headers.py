"""Security headers on every answer, with a Content-Security-Policy that trusts a fresh nonce and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import Flask, Response, g

STAY_WITH_HTTPS = ("Strict-Transport-Security", "max-age=31536000")

_NO_SITE = "'none'"

Headers = list[tuple[str, str]]

_EVERYWHERE: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
]
_ON_PAGES: Headers = [
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]

API_HEADERS: Headers = [*_EVERYWHERE, ("Cache-Control", "no-store")]
"""For answers that are made before Flask is entered."""


def page_headers(nonce: str) -> Headers:
    """For a page that is made before Flask is entered: what Flask's own pages get."""
    policy = ("Content-Security-Policy", content_security_policy(nonce))
    return [*_EVERYWHERE, policy, *_ON_PAGES]


def new_nonce() -> str:
    """For one response."""
    return secrets.token_urlsafe(16)


def csp_nonce() -> str:
    """This response's nonce, made once for each request."""
    if "csp_nonce" not in g:
        g.csp_nonce = new_nonce()
    nonce: str = g.csp_nonce
    return nonce


def content_security_policy(nonce: str) -> str:
    """Our own files by nonce, pictures and requests from ourselves, nothing in frames, no foreign form target."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
        # child-src is how Safari before 15.5 is told of workers; frames, which it would allow too, are refused again.
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; child-src 'self'; "
        "frame-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def same_for_everyone(response: Response, *, ancestors: Sequence[str] = ()) -> Response:
    """For a page that holds nothing of whoever asks, so that it may be kept and asked for by its ETag: our own files by
    origin, since a nonce would make every copy another one. ``ancestors``: the sites, as the directive writes them, that may
    show it in a frame; it runs no script then."""
    scripts = "'none'" if ancestors else "'self'"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {' '.join(ancestors) or _NO_SITE}"
    )
    return response


def for_other_sites(response: Response, ancestors: Sequence[str]) -> Response:
    """For a page that holds nothing of whoever looks at it, made for frames on other sites: those of ``ancestors``, as the
    directive writes them. It sends nothing but for its own pictures, and there is no form in it. Asking us is allowed all the
    same: who examines a page for search engines reads robots.txt from within it."""
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; "
        "base-uri 'none'; "
        f"frame-ancestors {' '.join(ancestors)}"
    )
    return response


def _is_for_other_sites(policy: str) -> bool:
    """Whether a policy's last directive lets sites hold the page that ``X-Frame-Options`` cannot name."""
    return policy.rpartition("frame-ancestors ")[2] not in ("", _NO_SITE, "'self'")


def may_frame_our_own(response: Response) -> Response:
    """For a page of the desk that holds another page of ours in a frame."""
    policy = content_security_policy(csp_nonce()).replace("frame-src 'none'", "frame-src 'self'")
    response.headers["Content-Security-Policy"] = policy
    return response


def in_our_own_frames(response: Response) -> Response:
    """For a page that a page of ours may hold in a frame, and no other site."""
    policy = content_security_policy(csp_nonce()).replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def add_security_headers(response: Response) -> Response:
    """After every request."""
    is_page = response.mimetype == "text/html"
    for name, value in page_headers(csp_nonce()) if is_page else _EVERYWHERE:
        response.headers.setdefault(name, value)
    if _is_for_other_sites(response.headers.get("Content-Security-Policy", "")):
        response.headers.pop("X-Frame-Options", None)
    return response


def install(app: Flask, *, secure: bool) -> None:
    """Attach to the app. Under https the browser is told to stay there."""
    app.after_request(add_security_headers)
    if secure:
        app.after_request(_stay_with_https)


def _stay_with_https(response: Response) -> Response:
    response.headers.setdefault(*STAY_WITH_HTTPS)
    return response


def keep_out_of_sight(response: Response, referrer_policy: str | None = None) -> Response:
    """For pages that nobody else may come upon: not kept, not indexed; with a policy, for addresses that hold a secret,
    not passed on as a referrer either, from where they could get into a proxy's log."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    if referrer_policy:
        response.headers["Referrer-Policy"] = referrer_policy
    return response
