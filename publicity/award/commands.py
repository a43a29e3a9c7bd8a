"""``voting-service closing-archive``: the same as at the desk, with progress, for a large log or a timer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from voting_service.campaigns.queries import campaign_by_slug
from voting_service.commands.composition import MakeService
from voting_service.commands.output import progress_bar, say
from voting_service.text import _

from .closing_archive import BEING_MADE, Part, turn_name, write_closing_archive


def closing_archive_command(parts: Sequence[Part], recount: Path) -> click.Command:
    """The command, with what the rooms have to keep."""

    @click.command(
        name="closing-archive",
        help="结项归档：日志、决定、公告、纪要、测算表、名单、证书清单和各自的哈希，一个 zip。",
    )
    @click.argument("slug")
    @click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        help="放在哪个目录；不写就在数据目录的 archives 里。",
    )
    @click.pass_obj
    def command(make: MakeService, slug: str, out: Path | None) -> None:
        """Write the closing archive."""
        service = make()
        with service.database.read() as session:
            slug = campaign_by_slug(session, slug).slug
        directory = out or service.settings.data_dir / "archives"
        with service.one_at_a_time.turn(turn_name(slug), BEING_MADE), progress_bar("归档") as progress:
            path = write_closing_archive(
                service.database, slug, directory, parts, recount, at=service.clock.now(), progress=progress
            )
        say(_("已写入 %(path)s。", path=str(path)))

    return command
