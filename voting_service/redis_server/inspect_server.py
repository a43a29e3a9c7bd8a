"""Examines the Redis that holds, or shall hold, the ballot box: may a receipt given here be believed?

Used by `doctor`, at start and by `/readyz`; reads only, and works where a managed server forbids CONFIG.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import redis

from ..findings import Finding
from ..text import _

Facts = Mapping[str, Any]

KEPT_SETTINGS = ("appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy")
ASK_PROVIDER = _("请在服务商的控制台查看该设置，或询问服务商。")
SEE_SERVER_LOG = _("请查看服务器的日志；最常见的原因是磁盘已满或内存不足。")

REACHED = Finding("ok", "redis_reachable", _("Redis 服务器有应答。"))
LOADING = Finding(
    "error", "redis_loading", _("Redis 服务器还在装载数据，暂时不能投票。"), _("请等待装载完成。")
)


def inspect(client: redis.Redis) -> list[Finding]:
    """All findings, the good ones too, in a fixed order. A redis error is a finding, never raised.

    How long an unreachable server is waited for is the client's own matter: its timeouts and retries.
    """
    try:
        facts: Facts = client.info()
        settings = read_settings(client, *KEPT_SETTINGS)
    except redis.RedisError as error:
        return [_unreachable(error)]
    if facts.get("loading"):
        # Until it has loaded, a server reports its append-only file as switched off.
        return [REACHED, LOADING]
    return [REACHED, *(check(facts, settings) for check in CHECKS)]


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
    # Its kind alone: the text may hold a path or an address, and /readyz is public.
    if isinstance(error, (redis.AuthenticationError, redis.exceptions.NoPermissionError)):
        return Finding(
            "error",
            "redis_refused",
            _("Redis 服务器拒绝了我们的用户名或密码（%(error)s）。", error=type(error).__name__),
            _("请改正 VOTING_REDIS_URL 中的用户名和密码，并允许该用户执行 INFO。"),
        )
    if isinstance(error, redis.BusyLoadingError):
        return LOADING
    return Finding(
        "error",
        "redis_unreachable",
        _("Redis 服务器没有应答（%(error)s）。", error=type(error).__name__),
        _("请启动它，或改正 VOTING_REDIS_URL。"),
    )


def _version(facts: Facts, _settings: Facts) -> Finding:
    # Valkey keeps redis_version at the 7.2.4 it forked from, which is the command set that we ask about.
    said = str(facts.get("redis_version", ""))
    parts = said.split(".")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts[:2]):
        return Finding(
            "warning",
            "redis_version_unknown",
            _("服务器没有报出能识别的 Redis 版本（%(said)s）。", said=said or _("无")),
            _("请确认它支持 Redis 7.0 的命令。"),
        )
    if int(parts[0]) < 7:
        return Finding(
            "error",
            "redis_version_too_old",
            _("服务器是 Redis %(version)s，票箱需要 7.0 或更新的版本。", version=said),
            _("请升级到 Redis 7.0、Valkey 7.2 或更新的版本。"),
        )
    name = f"Valkey {facts['valkey_version']}" if "valkey_version" in facts else f"Redis {said}"
    return Finding("ok", "redis_version_ok", _("服务器是 %(name)s。", name=name))


def _eviction(facts: Facts, settings: Facts) -> Finding:
    # INFO tells the policy too, also where CONFIG is forbidden.
    policy = settings.get("maxmemory-policy") or facts.get("maxmemory_policy")
    if policy is None:
        return Finding(
            "warning",
            "redis_eviction_unknown",
            _("服务器没有说明内存用尽时如何处理，有可能删除选票。"),
            ASK_PROVIDER,
        )
    if policy == "noeviction":
        return Finding("ok", "redis_no_eviction", _("内存用尽时服务器拒绝写入，不删除任何数据。"))
    return Finding(
        "error",
        "redis_evicts",
        _("内存用尽时服务器会删除数据（maxmemory-policy %(policy)s），选票也在其中。", policy=policy),
        _("请设置 maxmemory-policy noeviction。"),
    )


def _last_append(facts: Facts, _settings: Facts) -> Finding:
    if facts.get("aof_last_write_status", "ok") != "ok":
        return Finding(
            "error", "redis_aof_write_failed", _("服务器最近一次写入 AOF 文件失败。"), SEE_SERVER_LOG
        )
    if facts.get("aof_last_bgrewrite_status", "ok") != "ok":
        return Finding(
            "warning",
            "redis_aof_rewrite_failed",
            _("服务器最近一次重写 AOF 文件失败，文件会不断变大。"),
            SEE_SERVER_LOG,
        )
    return Finding("ok", "redis_aof_writes_ok", _("AOF 文件的写入没有失败。"))


def _last_snapshot(facts: Facts, _settings: Facts) -> Finding:
    if facts.get("rdb_last_bgsave_status", "ok") == "ok":
        return Finding("ok", "redis_snapshot_ok", _("快照没有失败。"))
    return Finding(
        "error",
        "redis_snapshot_failed",
        _("服务器最近一次快照失败；按默认设置，它会拒绝选票，直到快照成功。"),
        SEE_SERVER_LOG,
    )


ROLES = {
    "master": Finding("ok", "redis_role_primary", _("服务器是主节点，接受写入。")),
    "slave": Finding(
        "error",
        "redis_role_replica",
        _("服务器是副本：它拒绝选票，或在下次同步时丢掉选票。"),
        _("请把 VOTING_REDIS_URL 指向主节点。"),
    ),
    None: Finding("warning", "redis_role_unknown", _("服务器没有说明自己是主节点还是副本。"), ASK_PROVIDER),
}
APPEND_ONLY = {
    True: Finding("ok", "redis_aof_on", _("服务器把每次写入记入 AOF 文件。")),
    False: Finding(
        "error",
        "redis_aof_off",
        _("服务器没有写 AOF 文件：一旦崩溃，已有回执的选票会丢失。"),
        _("请设置 appendonly yes 和 appendfsync always。"),
    ),
    None: Finding(
        "warning",
        "redis_aof_unknown",
        _("服务器没有说明是否写 AOF 文件；如果不写，一旦崩溃，已有回执的选票会丢失。"),
        ASK_PROVIDER,
    ),
}
FSYNC_ALWAYS = _("请设置 appendfsync always。")
FSYNC = {
    "always": Finding("ok", "redis_fsync_always", _("选票写入磁盘之后才发出回执。")),
    "everysec": Finding(
        "warning",
        "redis_fsync_everysec",
        _("服务器每秒写一次磁盘：断电时可能丢失最多一秒内已有回执的选票。"),
        FSYNC_ALWAYS,
    ),
    "no": Finding(
        "error",
        "redis_fsync_never",
        _("服务器由操作系统决定何时写入磁盘：断电时可能丢失半分钟内已有回执的选票。"),
        FSYNC_ALWAYS,
    ),
    None: Finding(
        "warning",
        "redis_fsync_unknown",
        _("服务器没有说明多久写一次磁盘，断电时可能丢失已有回执的选票。"),
        ASK_PROVIDER,
    ),
}
FSYNC_ON_REWRITE = {
    "no": Finding("ok", "redis_fsync_on_rewrite", _("重写 AOF 文件期间，选票同样先写入磁盘。")),
    "yes": Finding(
        "warning",
        "redis_no_fsync_on_rewrite",
        _("服务器重写 AOF 文件期间，不把选票写入磁盘。"),
        _("请设置 no-appendfsync-on-rewrite no。"),
    ),
    None: Finding(
        "warning",
        "redis_fsync_on_rewrite_unknown",
        _("服务器没有说明重写 AOF 文件期间是否把选票写入磁盘。"),
        ASK_PROVIDER,
    ),
}


def _in(table: Mapping[Any, Finding], said: object) -> Finding:
    """What the table has for the server's word; for an unknown word, what it has for silence."""
    return table.get(said, table[None])


CHECKS: tuple[Callable[[Facts, Facts], Finding], ...] = (
    _version,
    lambda facts, _settings: _in(ROLES, facts.get("role")),
    lambda _facts, _settings: Finding("ok", "redis_loaded", _("服务器已装载数据。")),
    lambda facts, _settings: _in(APPEND_ONLY, None if (on := facts.get("aof_enabled")) is None else bool(on)),
    lambda _facts, settings: _in(FSYNC, settings.get("appendfsync")),
    lambda _facts, settings: _in(FSYNC_ON_REWRITE, settings.get("no-appendfsync-on-rewrite")),
    _eviction,
    _last_append,
    _last_snapshot,
)
