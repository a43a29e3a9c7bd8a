"""The certificate that our own public address shows: does it verify, and until when is it good? For ``doctor`` alone."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import requests
from cryptography import x509
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy

TIMEOUT_S = 3.0
"""For the connection, and once more for the handshake."""
_ANOTHER_NAME = frozenset({62, 64})
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""

Fault = Literal["", "another_name", "untrusted"]


class Certificate(NamedTuple):
    """What was shown."""

    ends_at: datetime
    fault: Fault
    """Why it does not verify; empty where it does. One that has ended is ``untrusted`` too."""


def certificate_of(base_url: str) -> Certificate | None:
    """The certificate behind an https address, reached as requests would reach it: by the same proxy, with the same
    roots. None where there was none to be seen. Raises nothing."""
    try:
        return _certificate(base_url)
    # Sockets, ssl, http.client and x509 each have their own kinds, and an odd proxy setting has more.
    except Exception:
        return None


def _certificate(base_url: str) -> Certificate:
    with requests.Session() as session:
        given = session.merge_environment_settings(base_url, {}, False, None, None)
    proxy = select_proxy(base_url, given["proxies"])
    try:
        return Certificate(_ends_at(_shown(base_url, proxy, _strict(given["verify"]))), "")
    except ssl.SSLCertVerificationError as error:
        fault: Fault = "another_name" if error.verify_code in _ANOTHER_NAME else "untrusted"
    # Once more without judging: what it says of its last day is to be told all the same. Nothing is sent.
    return Certificate(_ends_at(_shown(base_url, proxy, _lenient())), fault)


def _shown(base_url: str, proxy: str | None, context: ssl.SSLContext) -> bytes:
    """The certificate in DER."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    with (
        _connected(host, parts.port or 443, proxy) as connection,
        context.wrap_socket(connection, server_hostname=host) as sealed,
    ):
        return sealed.getpeercert(binary_form=True) or b""


def _connected(host: str, port: int, proxy: str | None) -> socket.socket:
    if proxy is None:
        return socket.create_connection((host, port), TIMEOUT_S)
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    way = urlsplit(proxy)
    tunnel = http.client.HTTPConnection(way.hostname or "", way.port or 80, timeout=TIMEOUT_S)
    tunnel.set_tunnel(host, port, HTTPAdapter().proxy_headers(proxy))
    tunnel.connect()
    return tunnel.sock


def _strict(bundle: bool | str | None) -> ssl.SSLContext:
    """Believes whom requests believes."""
    roots: str = bundle if isinstance(bundle, str) else DEFAULT_CA_BUNDLE_PATH
    if os.path.isdir(roots):
        return ssl.create_default_context(capath=roots)
    return ssl.create_default_context(cafile=roots)


def _lenient() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _ends_at(der: bytes) -> datetime:
    return x509.load_der_x509_certificate(der).not_valid_after_utc
