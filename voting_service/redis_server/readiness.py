"""How our own server is, as its supervisor sees it; `inspect_server` says whether its settings are right.

The sentences stay short of paths and log lines, since `/readyz` is public. `EmbeddedRedis.failure` has the
whole story, and the service's log has told it.
"""

from __future__ import annotations

from ..findings import Finding
from ..text import _
from . import CorruptDataError
from .embedded import EmbeddedRedis, State

SEE_LOGS = _("请查看本服务的日志，以及数据目录中的 redis/server.log。")
FINDINGS = {
    State.STOPPED: Finding(
        "warning",
        "redis_stopped",
        _("本进程没有启动内置 Redis。"),
        _("请启动本服务，内置 Redis 会随之启动。"),
    ),
    State.RUNNING: Finding("ok", "redis_running", _("内置 Redis 正在运行，由本进程看护。")),
    State.RESTARTING: Finding(
        "warning",
        "redis_restarting",
        _("内置 Redis 已停止，正在自动重启；已有回执的选票都在磁盘上。"),
        _("请稍候；如果反复出现，请查看数据目录中的 redis/server.log。"),
    ),
    State.ATTACHED: Finding("ok", "redis_attached", _("内置 Redis 正在运行，由另一个进程看护。")),
    State.FAILED: Finding(
        "error", "redis_failed", _("内置 Redis 反复退出，已不再自动重启；现在不能投票。"), SEE_LOGS
    ),
}
CORRUPT = Finding(
    "error",
    "redis_failed_corrupt",
    _("内置 Redis 的数据文件已损坏，服务器拒绝启动；现在不能投票。"),
    SEE_LOGS,
)
SILENT = Finding(
    "error", "redis_attached_silent", _("内置 Redis 由另一个进程看护，但现在没有应答。"), SEE_LOGS
)


def probe_embedded(embedded: EmbeddedRedis) -> list[Finding]:
    """One finding: its state, and where that does not tell, whether it answers."""
    state = embedded.state
    if state is State.FAILED and isinstance(embedded.failure, CorruptDataError):
        return [CORRUPT]
    if state is State.ATTACHED and embedded.pid is None:
        return [SILENT]
    return [FINDINGS[state]]
