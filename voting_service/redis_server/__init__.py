"""Where the ballot box lives: our own Redis-compatible server, found, run and watched, or a foreign one
examined.

This module holds the error tree. `discover` chooses the program, `configuration` and `files` prepare its
directory, `process` starts, adopts and ends it, `embedded` watches over it; `inspect_server` examines any
Redis, and `readiness` says how our own is.
"""

from __future__ import annotations

from ..errors import VotingError
from ..text import Text


class RedisServerError(VotingError):
    """What went wrong with the server and, always, what to do about it."""

    code = "redis_server_error"
    remedy: Text

    def __init__(self, sentence: Text, remedy: Text) -> None:
        super().__init__(sentence, remedy)

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


class CrashLoopError(RedisServerError):
    """The server died so often that restarting it again would help nobody."""

    code = "redis_crash_loop"


class StopFailedError(RedisServerError):
    """An adopted server does not end when asked."""

    code = "redis_stop_failed"
