"""An embed that nginx keeps is seen all the same: the page comes from its cache, the dot that counts never does."""

from __future__ import annotations

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, select

from tests.conftest import missing
from tests.live import LiveService, wait_until
from tests.nginx import Nginx, find_nginx
from voting_service.media.partners.models import EmbedCount


def status(address: str) -> int:
    """What a request is answered with."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_kept_embed_is_counted(live: LiveService, example: str, tmp_path: Path) -> None:
    def views() -> int:
        with live.stage.service.database.read() as session:
            return session.scalar(select(func.sum(EmbedCount.views))) or 0

    program, port = find_nginx(), int(live.url.rpartition(":")[2])
    if program is None:
        missing("nginx")
    with Nginx(program, tmp_path / "nginx", port, tls=False) as nginx:
        home = f"http://127.0.0.1:{nginx.secure_port}"
        embed, dot = f"{home}/c/{example}/candidates/3/embed", f"{home}/c/{example}/embed/seen.gif"
        before = views()
        with ThreadPoolExecutor(8) as readers:
            assert set(readers.map(status, [embed, dot] * 20)) == {200}
        wait_until(lambda: views() == before + 20, "twenty views are written")
        live.stop_web()
        try:
            assert status(embed) == 200, "nginx has it, and shows it even while the service is away"
            assert status(dot) == 502
        finally:
            live.start_web()
