"""An embed that nginx keeps is seen all the same: the page comes from its cache, the dot that counts never does."""

from __future__ import annotations

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, select

from tests.live import LiveService, wait_until
from tests.nginx import nginx_before
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

    with nginx_before(live.url, tmp_path / "nginx") as home:
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
