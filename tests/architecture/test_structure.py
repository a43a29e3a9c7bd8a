"""The map is kept: import arrows, declared access, module docstrings, names that say something."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from tests.stage import Stage
from voting_service.web import access
from wsgi import make_flask, make_polling_place

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    p for top in ("voting_service", "anti_fraud", "publicity") for p in (ROOT / top).rglob("*.py")
)


def test_import_contracts_are_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_the_composition_root_does_no_io(tmp_path: Path) -> None:
    code = (
        "import sys, socket, sqlite3\n"
        "def refuse(event, args):\n"
        "    if event in ('socket.connect', 'sqlite3.connect', 'subprocess.Popen', 'os.mkdir'): raise SystemExit(event)\n"
        "    if event == 'open' and isinstance(args[1], str) and set(args[1]) & set('wax+'): raise SystemExit(str(args))\n"
        "sys.dont_write_bytecode = True\n"
        "sys.addaudithook(refuse)\n"
        "import wsgi\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_every_route_declares_its_access(stage: Stage) -> None:
    app = make_flask(stage.service, make_polling_place(stage.service))
    assert {access.declared(view) for view in app.view_functions.values()} <= {
        "public",
        "voter",
        "internal",
        "official",
        "machine",
    }


def test_an_undeclared_route_keeps_the_app_from_starting() -> None:
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/open-by-oversight", "oversight", lambda: "")
    with pytest.raises(access.UndeclaredAccess, match="oversight"):
        access.require_declarations(app)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "a module opens with its part in the flow"
    assert not re.search(r"utils|helpers|services|manager|common|misc", path.stem)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_no_file_is_a_house_of_its_own() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in SOURCES}
    assert {name: n for name, n in lengths.items() if n > 400} == {}
