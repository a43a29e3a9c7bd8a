"""Heavy work is done by one at a time, in whichever process it is asked for; whoever dies lets go."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from voting_service.errors import Unavailable
from voting_service.one_at_a_time import OneAtATime
from voting_service.text import _

BUSY = _("正在生成。")
HOLDS = """
import sys, pathlib
from voting_service.one_at_a_time import OneAtATime
from voting_service.text import _
with OneAtATime(pathlib.Path(sys.argv[1])).turn("work", _("busy")):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_is_told_and_the_third_comes_after(tmp_path: Path) -> None:
    first, second = OneAtATime(tmp_path / "locks"), OneAtATime(tmp_path / "locks")
    with first.turn("work", BUSY):
        with pytest.raises(Unavailable, match=r"正在生成。"), second.turn("work", BUSY):
            raise AssertionError("two at once")
        with second.turn("other", BUSY):
            pass
    with second.turn("work", BUSY):
        pass


def test_whoever_fails_lets_go(tmp_path: Path) -> None:
    turns = OneAtATime(tmp_path)
    with pytest.raises(ZeroDivisionError), turns.turn("work", BUSY):
        raise ZeroDivisionError
    with turns.turn("work", BUSY):
        pass


def test_another_process_holds_it_and_its_death_lets_go(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(Unavailable), OneAtATime(tmp_path).turn("work", BUSY):
            raise AssertionError("two at once")
    finally:
        child.kill()
        child.communicate()
    with OneAtATime(tmp_path).turn("work", BUSY):
        pass
