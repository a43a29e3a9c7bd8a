"""The settings our own server runs with."""

from __future__ import annotations

from pathlib import Path


def configuration(directory: Path, socket: Path, log: Path) -> str:
    """The whole redis.conf: what a receipt promises is stated here even where it is the server's default."""
    return f"""\
# Written at every start; changes made here are lost.
port 0
unixsocket {conf_quote(socket)}
unixsocketperm 700
dir {conf_quote(directory)}
logfile {conf_quote(log)}
loglevel notice
daemonize no
supervised no
always-show-logo no
# A receipt means: on disk.
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-load-truncated yes
appendfilename "appendonly.aof"
appenddirname "appendonlydir"
# Plain commands, so that any server from 7.0 on, Redis or Valkey, can read the data.
aof-use-rdb-preamble no
save ""
# Ballots are refused when memory ends, never forgotten.
maxmemory 0
maxmemory-policy noeviction
"""


def conf_quote(path: Path) -> str:
    """A path as one argument in redis.conf, whatever characters it has."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(letter, letter) for letter in str(path)) + '"'
