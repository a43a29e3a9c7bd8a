"""Examines the Redis that holds, or shall hold, the ballot box: may a receipt given here be believed?

Used by `doctor`, at start and by `/readyz`; reads only, and works where a managed server forbids CONFIG.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import redis

Level = Literal["ok", "warning", "error"]
Facts = Mapping[str, Any]

KEPT_SETTINGS = ("appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy")
MANAGED = "Look the setting up in the provider's console, or ask the provider."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` is empty where all is well; pages translate by `code`."""

    level: Level
    code: str
    sentence: str
    remedy: str = ""


def inspect(client: redis.Redis) -> list[Finding]:
    """All findings, the good ones too, in a fixed order. A redis error is a finding, never raised.

    How long an unreachable server is waited for is the client's own matter: its timeouts and retries.
    """
    try:
        facts: Facts = client.info()
        settings = read_settings(client, *KEPT_SETTINGS)
    except redis.RedisError as error:
        return [_unreachable(error)]
    reached = Finding("ok", "redis_reachable", "The Redis server answers.")
    if facts.get("loading"):
        # Until it has loaded, a server reports its append-only file as switched off.
        return [reached, LOADING]
    return [reached, *(check(facts, settings) for check in CHECKS)]


def read_settings(client: redis.Redis, *names: str) -> dict[str, str]:
    """What CONFIG tells of `names`, as text; empty where it is forbidden, as on many managed servers."""
    settings: dict[str, str] = {}
    for name in names:
        # One at a time: servers before 7.0 take only one, and deserve a finding, not a syntax error.
        try:
            answer: dict[Any, Any] = client.config_get(name)
        except redis.ResponseError:
            return {}
        settings |= {os.fsdecode(key): os.fsdecode(value) for key, value in answer.items()}
    return settings


def _unreachable(error: redis.RedisError) -> Finding:
    if isinstance(error, (redis.AuthenticationError, redis.exceptions.NoPermissionError)):
        return Finding(
            "error",
            "redis_refused",
            f"The Redis server refuses our user or password ({error}).",
            "Correct the user and password in VOTING_REDIS_URL, and allow that user INFO.",
        )
    if isinstance(error, redis.BusyLoadingError):
        return LOADING
    return Finding(
        "error",
        "redis_unreachable",
        f"The Redis server does not answer ({error}).",
        "Start it, or correct VOTING_REDIS_URL.",
    )


LOADING = Finding(
    "error",
    "redis_loading",
    "The Redis server is still loading its data; ballots cannot be cast yet.",
    "Wait until it has finished.",
)


def _version(facts: Facts, _settings: Facts) -> Finding:
    # Valkey keeps redis_version at the 7.2.4 it forked from, which is the command set that we ask about.
    said = str(facts.get("redis_version", ""))
    parts = said.split(".")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts[:2]):
        return Finding(
            "warning",
            "redis_version_unknown",
            f"The server does not tell a Redis version that can be read ({said or 'none'}).",
            "Make sure that it offers the commands of Redis 7.0.",
        )
    if int(parts[0]) < 7:
        return Finding(
            "error",
            "redis_version_too_old",
            f"The server is Redis {said}; the ballot box needs 7.0 or newer.",
            "Upgrade it to Redis 7.0, Valkey 7.2 or newer.",
        )
    name = f"Valkey {facts['valkey_version']}" if "valkey_version" in facts else f"Redis {said}"
    return Finding("ok", "redis_version_ok", f"The server is {name}.")


def _role(facts: Facts, _settings: Facts) -> Finding:
    role = facts.get("role")
    if role == "master":
        return Finding("ok", "redis_role_primary", "The server is a primary and accepts writes.")
    if role == "slave":
        return Finding(
            "error",
            "redis_role_replica",
            "The server is a replica: it refuses ballots, or forgets them at the next synchronisation.",
            "Point VOTING_REDIS_URL to the primary.",
        )
    return Finding(
        "warning",
        "redis_role_unknown",
        "The server does not tell whether it is a primary or a replica.",
        MANAGED,
    )


def _loaded(_facts: Facts, _settings: Facts) -> Finding:
    return Finding("ok", "redis_loaded", "The server has loaded its data.")


def _append_only(facts: Facts, _settings: Facts) -> Finding:
    enabled = facts.get("aof_enabled")
    if enabled is None:
        return Finding(
            "warning",
            "redis_aof_unknown",
            "The server does not tell whether it writes an append-only file; without one a crash loses "
            "ballots that have a receipt.",
            MANAGED,
        )
    if enabled:
        return Finding("ok", "redis_aof_on", "The server writes an append-only file.")
    return Finding(
        "error",
        "redis_aof_off",
        "The server writes no append-only file: a crash loses ballots that have a receipt.",
        "Set appendonly yes and appendfsync always.",
    )


def _fsync(facts: Facts, settings: Facts) -> Finding:
    match settings.get("appendfsync"):
        case "always":
            return Finding("ok", "redis_fsync_always", "A ballot is on disk before its receipt goes out.")
        case "everysec":
            return Finding(
                "warning",
                "redis_fsync_everysec",
                "The server writes to disk once per second: a power cut could lose up to one second of "
                "acknowledged ballots.",
                "Set appendfsync always.",
            )
        case "no":
            return Finding(
                "error",
                "redis_fsync_never",
                "The server leaves writing to disk to the operating system: a power cut could lose half a "
                "minute of acknowledged ballots.",
                "Set appendfsync always.",
            )
        case _:
            return Finding(
                "warning",
                "redis_fsync_unknown",
                "The server does not tell how often it writes to disk, so a power cut may lose "
                "acknowledged ballots.",
                MANAGED,
            )


def _fsync_on_rewrite(_facts: Facts, settings: Facts) -> Finding:
    match settings.get("no-appendfsync-on-rewrite"):
        case "no":
            return Finding(
                "ok", "redis_fsync_on_rewrite", "Ballots reach the disk while the file is rewritten too."
            )
        case "yes":
            return Finding(
                "warning",
                "redis_no_fsync_on_rewrite",
                "While the server rewrites its append-only file it does not write ballots through to disk.",
                "Set no-appendfsync-on-rewrite no.",
            )
        case _:
            return Finding(
                "warning",
                "redis_fsync_on_rewrite_unknown",
                "The server does not tell whether ballots reach the disk while the file is rewritten.",
                MANAGED,
            )


def _eviction(facts: Facts, settings: Facts) -> Finding:
    # INFO tells the policy too, also where CONFIG is forbidden.
    policy = settings.get("maxmemory-policy") or facts.get("maxmemory_policy")
    if policy is None:
        return Finding(
            "warning",
            "redis_eviction_unknown",
            "The server does not tell what it does when its memory is full; it might delete ballots.",
            MANAGED,
        )
    if policy == "noeviction":
        return Finding(
            "ok", "redis_no_eviction", "With its memory full the server refuses, it deletes nothing."
        )
    return Finding(
        "error",
        "redis_evicts",
        f"With its memory full the server deletes data (maxmemory-policy {policy}), ballots included.",
        "Set maxmemory-policy noeviction.",
    )


def _last_append(facts: Facts, _settings: Facts) -> Finding:
    if facts.get("aof_last_write_status", "ok") != "ok":
        return Finding(
            "error",
            "redis_aof_write_failed",
            "The server's last write to its append-only file failed.",
            "See the server's log; most often the disk is full.",
        )
    if facts.get("aof_last_bgrewrite_status", "ok") != "ok":
        return Finding(
            "warning",
            "redis_aof_rewrite_failed",
            "The server's last rewrite of its append-only file failed, so the file goes on growing.",
            "See the server's log; most often the disk is full or memory is short.",
        )
    return Finding("ok", "redis_aof_writes_ok", "No write to the append-only file has failed.")


def _last_snapshot(facts: Facts, _settings: Facts) -> Finding:
    if facts.get("rdb_last_bgsave_status", "ok") == "ok":
        return Finding("ok", "redis_snapshot_ok", "No snapshot has failed.")
    return Finding(
        "error",
        "redis_snapshot_failed",
        "The server's last snapshot failed; by default it refuses ballots until one succeeds.",
        "See the server's log; most often the disk is full or memory is short.",
    )


CHECKS: tuple[Callable[[Facts, Facts], Finding], ...] = (
    _version,
    _role,
    _loaded,
    _append_only,
    _fsync,
    _fsync_on_rewrite,
    _eviction,
    _last_append,
    _last_snapshot,
)
