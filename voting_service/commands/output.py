"""How commands speak: sentences on standard error, data on standard output, a progress bar on long work."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from ..errors import Problem, ProblemsFound, VotingError
from ..text import _


def say(sentence: object) -> None:
    """A sentence for the person at the terminal."""
    click.echo(str(sentence), err=True)


def print_json(data: Any) -> None:
    """Data for a program."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal; the block gets a ``(done, all)`` callback."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def writing(place: Path | None) -> Iterator[None]:
    """A place that cannot be written to is a problem to be told, not a traceback."""
    try:
        yield
    except OSError as error:
        raise ProblemsFound([Problem(str(place), _("写不进去：%(why)s。", why=error.strerror))]) from error


class Speaking(click.Group):
    """A group whose commands end with a sentence and status 1 instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an expected error is told, not thrown."""
        try:
            return super().invoke(ctx)
        except VotingError as error:
            say(error)
            if error.remedy:
                say(error.remedy)
            sys.exit(1)
