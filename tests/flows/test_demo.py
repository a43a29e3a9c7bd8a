"""``voting-service demo`` and ``serve`` as processes: one command to a cast ballot, a clean end, and a start that goes on."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.handset import Handset
from tests.live import free_pair, free_port
from tests.stage import Stage, environment, make_service, rules
from voting_service.campaigns.models import Campaign

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 120


@contextmanager
def running(
    command: str, port: int, environ: dict[str, str], log: Path, *, ready: bool = True,
    options: Sequence[str] = (), host: str = "127.0.0.1",
) -> Iterator[str]:  # fmt: skip
    """The command as a process until the block ends, then Ctrl-C; it must end by itself, with status 0. ``ready``:
    wait until it can do all of its work; otherwise until it answers at all."""
    base = f"http://{host}:{port}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VOTING_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from wsgi import cli; cli()", command, *options],
            cwd=ROOT, env=clean | environ, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            wait_ready(base, process, log, "/readyz" if ready else "/healthz")
            yield base
            process.send_signal(signal.SIGINT)
            assert process.wait(DEADLINE_S) == 0, log.read_text()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def wait_ready(base: str, process: subprocess.Popen[bytes], log: Path, path: str) -> None:
    """Until it answers well."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        # Not listening yet, or not ready: 503.
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(base + path, timeout=5) as answer,
        ):
            if json.load(answer)["status"] in ("ready", "ok"):
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def cast(base: str, slug: str) -> str:
    """A new voter, too quick for a hand, casts and solves what is asked; gives the tracking code."""
    phone = Handset(base, slug)
    answer, _asked = phone.cast(phone.form(), [1, 2])
    assert answer.status == 201, answer.body
    return str(answer.json["receipt"]["tracking_code"])


def published(base: str, code: str) -> bool:
    """Wait until a receipt is published."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{base}/api/v1/receipts/{code}") as answer:
            if json.load(answer)["stage"] == "published":
                return True
        time.sleep(0.1)
    return False


def test_the_demo_from_nothing_to_a_published_ballot_and_on(tmp_path: Path) -> None:
    port = free_port()
    environ = {"VOTING_DATA_DIR": str(tmp_path / "data"), "PORT": str(port)}
    slug = "zui-mei-chan-ye-gong-ren"
    with running("demo", port, environ, tmp_path / "first.log") as base:
        code = cast(base, slug)
        assert published(base, code)
        with urllib.request.urlopen(f"{base}/c/{slug}") as page:
            assert "最美产业工人" in page.read().decode()
        (link,) = sign_in_links(tmp_path / "first.log")
        assert invites(link), "a freshly made sign-in"
    said = (tmp_path / "first.log").read_text()
    assert f"{base}/c/{slug}" in said
    assert f"工作台：{base}/desk\n" in said
    assert "official invite 周听泉" in said, "what counts needs two"
    assert "█" in said, "a QR code for the terminal"
    secrets = (tmp_path / "data" / "secrets.env").read_text()
    assert all(line.split("=", 1)[1].strip() not in said for line in secrets.splitlines())
    with running("demo", port, environ, tmp_path / "second.log") as base:
        assert published(base, code), "the next start goes on"
        assert published(base, cast(base, slug))
        (fresh,) = sign_in_links(tmp_path / "second.log")
        assert [invites(one) for one in (link, fresh)] == [False, True], (
            "each start makes one, and ends the last"
        )


def sign_in_links(log: Path) -> list[str]:
    """The links that the demo has printed."""
    return [line for line in log.read_text().splitlines() if "/desk/invitation/" in line]


def invites(link: str) -> bool:
    """Whether a link leads to the form on which a passphrase is set."""
    try:
        with urllib.request.urlopen(link) as page:
            return "林晚晴，您好" in page.read().decode()
    except urllib.error.HTTPError:
        return False


def test_the_demo_does_not_start_on_a_taken_port(tmp_path: Path) -> None:
    """Nor does the stand-in on the next one: both are asked for before anything is begun, and all that is taken is told."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VOTING_")}

    def refused(port: int | str, *options: str, host: str = "127.0.0.1") -> str:
        done = subprocess.run(
            [sys.executable, "-c", "from wsgi import cli; cli()", "demo", *options],
            cwd=ROOT, env=clean | {"VOTING_DATA_DIR": str(tmp_path / "data"), "HOST": host, "PORT": str(port)},
            capture_output=True, text=True, check=False, timeout=DEADLINE_S,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (1, "")
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "data").exists()
        return done.stderr

    with socket.socket() as one, socket.socket() as next_one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        port = int(one.getsockname()[1])
        said = refused(port)
        assert f"端口 {port} 已被别的程序占用" in said
        assert "PORT=9000 make demo" in said
        next_one.bind(("127.0.0.1", 0))
        next_one.listen()
        second = int(next_one.getsockname()[1])
        said = refused(second - 1, "--wechat")
        assert f"端口 {second} 已被别的程序占用" in said
    assert "没有 65536 这个端口" in refused(65_535, "--wechat")
    for port_typed in ("abc", "８０００", "-1", "1e3", ""):
        said = refused(port_typed, "--wechat", host="203.0.113.7")
        assert ("HOST：不能在这里监听" in said, f"PORT：“{port_typed}”不是端口号" in said) == (
            True,
            port_typed != "",
        )


def test_the_demo_listens_at_an_ipv6_address(tmp_path: Path) -> None:
    """Website and stand-in, each at an address that a browser can open."""
    if not ipv6():
        pytest.skip("this machine has no IPv6")
    port = free_pair()
    environ = {"VOTING_DATA_DIR": str(tmp_path / "data"), "HOST": "::1", "PORT": str(port)}
    log = tmp_path / "demo.log"
    with running("demo", port, environ, log, options=["--wechat"], host="[::1]") as base:
        for address in (f"{base}/c/zui-mei-chan-ye-gong-ren", f"http://[::1]:{port + 1}/"):
            with urllib.request.urlopen(address) as page:
                assert page.status == 200
    said = log.read_text()
    assert f"http://[::1]:{port}/c/" in said
    assert f"模拟微信：http://[::1]:{port + 1}" in said
    assert "child_died" not in said


def ipv6() -> bool:
    """Whether this machine's own IPv6 address can be listened at."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


def test_serve_runs_everything_on_one_small_server(tmp_path: Path) -> None:
    port = free_port()
    data = tmp_path / "data"
    make_service(data).database.dispose()
    environ = environment(data) | {"VOTING_PORT": str(port), "VOTING_WORKERS": "1"}
    with running("serve", port, environ, tmp_path / "serve.log") as base:
        assert urllib.request.urlopen(f"{base}/healthz").status == 200
        assert "目前没有评选活动" in urllib.request.urlopen(f"{base}/").read().decode()


def test_serve_refuses_an_outdated_schema(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VOTING_")}
    (tmp_path / "data").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", "from wsgi import cli; cli()", "serve"],
        cwd=ROOT, env=clean | environment(tmp_path / "data"), capture_output=True, text=True, check=False,
        timeout=DEADLINE_S,
    )  # fmt: skip
    assert done.returncode == 1
    assert "db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_starts_where_casting_alone_must_wait(tmp_path: Path) -> None:
    """An overdue opening needs the recorder that serve brings; a Redis that is away must not keep readers out."""
    port = free_port()
    data = tmp_path / "data"
    stage = Stage(make_service(data))
    stage.draft(with_rules=rules(min_choices=9, max_choices=9))
    with stage.service.database.write() as session:
        session.execute(update(Campaign).values(phase="scheduled"))
    stage.service.database.dispose()
    environ = environment(data) | {"VOTING_PORT": str(port), "VOTING_WORKERS": "1"}
    environ["VOTING_REDIS_URL"] = f"unix://{tmp_path}/none.sock"
    log = tmp_path / "serve.log"
    with running("serve", port, environ, log, ready=False) as base:
        with urllib.request.urlopen(f"{base}/c/test") as page:
            assert page.status == 200
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{base}/readyz")
        codes = {row["code"] for row in json.load(refused.value)["findings"]}
        assert {"redis_unreachable", "opening_overdue"} <= codes
