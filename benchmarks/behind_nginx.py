"""A lunch break behind nginx: phones that poll the counts, people who open the page, and the processor time that it takes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.nginx import NAME, Nginx, find_nginx
from voting_service.web.sessions import COOKIE

from . import machine
from .crowd import Group, Heard, crowd
from .load import percentile
from .run import Run
from .servers import Server, serving
from .stand import Stand, new_session, request, stand
from .table import Row, not_measured

POLL_EVERY_S = 2.0
ONE_CORE = 1.0


@dataclass(frozen=True)
class _Took:
    heard: Mapping[str, Heard]
    seconds: float
    nginx_s: float
    service_s: float


def measure(run: Run) -> list[Row]:
    """Phones that poll every 2 s and people who open the page, for as long as the run says."""
    program = find_nginx()
    if program is None:
        return [not_measured("nginx 之后 behind nginx", "nginx is not on this machine")]
    with stand(run.directory) as place:
        slug = place.example()
        with serving(place) as server:
            directory = run.directory / "nginx"
            with Nginx(program, directory, server.port, tls=False, cores=machine.MEASURED) as front:
                took = _lunch(place, slug, server, front, *run.sizes.crowd)
    return [
        _row("计票数 counts", took.heard["counts"]),
        _row("活动页面 campaign page", took.heard["views"]),
        _cpu(took, *run.sizes.crowd[:2]),
    ]


def _lunch(
    place: Stand, slug: str, server: Server, front: Nginx, phones: int, views: float, seconds: float
) -> _Took:
    cookie = f"{COOKIE}={place.place.sessions.to_cookie(new_session())}"
    groups = [
        Group("counts", _text(f"/api/v1/campaigns/{slug}/counts"), phones, phones / POLL_EVERY_S),
        Group("views", _text(f"/c/{slug}", cookie), 64, views),
    ]
    crowd("127.0.0.1", front.secure_port, groups, 2.0)  # every worker has put its pages together
    nginx, service, began = front.cpu_s(), server.cpu_s(), time.perf_counter()
    heard = crowd("127.0.0.1", front.secure_port, groups, seconds)
    took = time.perf_counter() - began
    return _Took(heard, min(took, seconds), front.cpu_s() - nginx, server.cpu_s() - service)


def _text(path: str, cookie: str = "") -> str:
    return request("GET", path, cookie).decode().replace("Host: 127.0.0.1", f"Host: {NAME}")


def _row(what: str, heard: Heard) -> Row:
    late = percentile(heard.latencies, 0.99) * 1000
    fine = set(heard.statuses) == {"200"}
    note = f"{len(heard.latencies)} answers {heard.statuses}, median {percentile(heard.latencies, 0.5) * 1000:.1f} ms"
    return Row(
        f"nginx 之后，{what}：第 99 百分位 99th percentile from when it was due",
        f"{late:.0f} ms",
        "200 alone",
        fine,
        note,
    )


def _cpu(took: _Took, phones: int, views: float) -> Row:
    nginx, service = took.nginx_s / took.seconds, took.service_s / took.seconds
    return Row(
        f"{phones} 部手机每 {POLL_EVERY_S:.0f} 秒查一次，每秒 {views:.0f} 次打开页面：处理器 cores taken",
        f"{nginx + service:.2f}", f"≤ {ONE_CORE:.0f}", nginx + service <= ONE_CORE,
        f"nginx {nginx:.2f}, the service {service:.2f} of one core; without TLS",
    )  # fmt: skip
