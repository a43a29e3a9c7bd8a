"""Structured logs: one JSON object a line on standard error, and nothing in it that points at a person.

Addresses, cookies, forms and tags are never handed to a logger; a last filter drops such keys should one slip in.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

PERSONAL = frozenset(
    {"ip", "address", "remote_addr", "cookie", "voter", "voter_tag", "openid", "phone", "form", "user_agent"}
)
TELLS_ADDRESSES = ("urllib3", "requests")
"""Libraries that log the addresses that they ask: WeChat's carry secrets in their query."""


def configure() -> None:
    """Once per process, before the first line is logged."""
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=lambda *_names: _StandardError(),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # Whatever level somebody gives the root: at DEBUG they log each address, at WARNING one with headers gone wrong.
    for name in TELLS_ADDRESSES:
        logging.getLogger(name).setLevel(logging.ERROR)


class _StandardError:
    """Writes a line to whatever standard error is at that moment."""

    def msg(self, line: str) -> None:
        """One line."""
        print(line, file=sys.stderr, flush=True)

    debug = info = warning = error = critical = msg


def _drop_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in PERSONAL.intersection(event):
        del event[name]
    return event


# One list for the process: a logger that has logged keeps the list it found, however often this is configured again.
_PROCESSORS: list[Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _drop_personal,
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]
