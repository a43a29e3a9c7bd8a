"""Whoever is told to stop stops, at whatever instant the signal comes."""

from __future__ import annotations

import subprocess
import sys
import time

from voting_service.commands.supervisor import ROOT

WAITS = """
from voting_service.commands.stop_sign import StopSign
sign = StopSign()
sign.listen()
print("listening", flush=True)
while not sign.wait(0.0):
    pass
assert sign.wait(60), "told once, it stays told"
"""


def test_a_signal_in_the_middle_of_waiting_is_heard() -> None:
    """An event's lock would be met within a few tries: this loop does nothing but take it."""
    waiting = [
        subprocess.Popen([sys.executable, "-c", WAITS], cwd=ROOT, stdout=subprocess.PIPE) for _ in range(5)
    ]
    try:
        for number, process in enumerate(waiting):
            assert process.stdout is not None
            assert process.stdout.readline() == b"listening\n"
            time.sleep(number / 1000)
            process.terminate()
        assert [process.wait(60) for process in waiting] == [0] * 5
    finally:
        for process in waiting:
            process.kill()
            process.communicate()
