"""Where the ballot box lives: our own Redis-compatible server, found, run and watched, or a foreign one
examined.

This module holds the error tree; the rest is imported from `discover`, `embedded` and `inspect_server`.
"""

from __future__ import annotations

from voting_service.errors import VotingError
from voting_service.text import Text


class RedisServerError(VotingError):
    """What went wrong and what to do about it; pages translate the `code`, operators read the English."""

    code = "redis_server_error"

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(Text(sentence), Text(remedy))

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


class ServerNotFoundError(RedisServerError):
    """No usable server program anywhere on this machine."""

    code = "redis_server_not_found"


class UnusableServerError(RedisServerError):
    """A named program is missing, cannot be run, or is no server that we can use."""

    code = "redis_server_unusable"


class OlderServerError(RedisServerError):
    """Only servers older than the one which wrote the data are at hand."""

    code = "redis_server_older"


class ServerRecordError(RedisServerError):
    """`server.json` cannot be read, so it is unknown which server wrote the data."""

    code = "redis_server_record_unreadable"


class DirectoryRefusedError(RedisServerError):
    """A directory for data or socket belongs to somebody else, or could be written to by others."""

    code = "redis_directory_refused"


class OwnedElsewhereError(RedisServerError):
    """Another process holds this data directory, and no server answers in it."""

    code = "redis_owned_elsewhere"


class ForeignServerError(RedisServerError):
    """A server answers at our socket, but it is not the one of this data directory."""

    code = "redis_server_foreign"


class StartFailedError(RedisServerError):
    """The server ended or stayed silent while starting."""

    code = "redis_start_failed"


class CorruptDataError(StartFailedError):
    """The append-only file is damaged before its tail; a restart cannot heal it."""

    code = "redis_data_corrupt"


class StopFailedError(RedisServerError):
    """An adopted server does not end when asked."""

    code = "redis_stop_failed"
