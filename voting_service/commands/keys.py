"""``voting-service keys``: the secrets made once, a new key added, everything sealed anew with it, the old one taken out."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import click

from ..activity import journal
from ..attachments.resealing import reseal_files, seals_of_files
from ..encryption import SealedWith
from ..errors import Problem, ProblemsFound
from ..recorder.undrained import seals_undrained
from ..sealed import Resealed, Seals, reseal_column, seals_in
from ..settings import read_data_dir
from ..text import _
from .composition import MakeService, Service, redis_running
from .output import print_json, progress_bar, say
from .secrets_file import ENCRYPTION_KEYS, add_key, key_numbers, write_env_file

ACTOR = "operator"
SUBJECT = "encryption keys"
FILES = "attachments/"
BOX = "box"


@click.group(
    invoke_without_command=True,
    help="生成密钥并写入 .env（权限 600）；已有密钥时不改动。密钥不会显示。更换密钥见 rotate、reseal、check。",
)
@click.option("--env-file", type=click.Path(path_type=Path), default=Path(".env"), show_default=True)
@click.pass_context
def keys(context: click.Context, env_file: Path) -> None:
    """Make the secrets once."""
    if context.invoked_subcommand is not None:
        return
    made = write_env_file(env_file)
    say(_("已写入 %(file)s：%(names)s。", file=os.fspath(env_file), names="、".join(made)) if made
        else _("%(file)s 中已有密钥，没有改动。", file=os.fspath(env_file)))  # fmt: skip


@keys.command(
    help="加一把新密钥（编号加一），写入密钥文件，不显示。旧密钥保留，到 keys check 说可以去掉为止。"
)
@click.option(
    "--env-file",
    type=click.Path(path_type=Path),
    help="密钥所在的文件；默认为 .env，其中没有时为数据目录下的 secrets.env。",
)
@click.pass_obj
def rotate(make: MakeService, env_file: Path | None) -> None:
    """A key with the next number."""
    service, file = make(), env_file or _secrets_file()
    _refuse_another_file(service, file)
    number = max(service.keyring.numbers) + 1
    if number > 255:
        raise ProblemsFound([Problem(ENCRYPTION_KEYS, _("密钥编号已经用到 255。"))])
    with service.database.write() as session:
        journal(session, at=service.clock.now(), actor=ACTOR, act="add_encryption_key", subject=SUBJECT,
                details={"number": number})  # fmt: skip
        # Last, and before the commit: a key that nobody uses does no harm, a journal that names none would.
        add_key(file, number)
    say(
        _("已在 %(file)s 中加入第 %(number)s 号密钥，没有显示。接下来：", file=os.fspath(file), number=number)
    )
    for step in (
        _("1. 另行备份这个文件；几台主机的，先抄到每一台。"),
        _("2. 一起重启全部进程（网站、记录器、值守）；没有重启的解不开新密钥加密的内容。"),
        _("3. 运行 voting-service keys reseal，把已有内容改用新密钥加密。"),
        _("4. 运行 voting-service keys check，它说旧密钥不再使用后，再从文件中去掉旧密钥并重启。"),
    ):
        say(step)
    if os.environ.get(ENCRYPTION_KEYS):
        say(_("这个终端的环境变量里还是旧的密钥，请重新载入 %(file)s。", file=os.fspath(file)))


def _secrets_file() -> Path:
    """Where the keys are: the operator's ``.env``, or what ``demo`` has made."""
    usual = Path(".env")
    return usual if key_numbers(usual) else read_data_dir() / "secrets.env"


def _refuse_another_file(service: Service, file: Path) -> None:
    """A key in a file that nobody reads would be no key. Raises ProblemsFound."""
    numbers = key_numbers(file)
    if numbers is None:
        raise ProblemsFound(
            [Problem(os.fspath(file), _("里面没有 %(name)s。", name=ENCRYPTION_KEYS),
                     _("请用 --env-file 指明密钥所在的文件。"))]
        )  # fmt: skip
    if numbers != service.keyring.numbers:
        raise ProblemsFound(
            [Problem(os.fspath(file), _("里面的密钥同现在使用的不同，可能被环境变量盖过。"),
                     _("请先核对环境变量和 .env，或重新载入后再试。"))]
        )  # fmt: skip


@keys.command(help="把数据库和附件里加密的内容全部改用最新的密钥和所设的算法加密；可随时中断，可重复运行。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def reseal(make: MakeService, as_json: bool) -> None:
    """Go through everything that is sealed."""
    service = make()
    keyring, newest = service.keyring, service.keyring.newest
    outcomes: dict[str, Resealed] = {}
    with progress_bar("重新加密") as progress:
        told = _Counting(progress, _stale(_all_seals(service), newest))
        for column in service.sealed_columns:
            outcomes[column.name] = reseal_column(service.database, keyring, column, told)
        outcomes[FILES] = reseal_files(service.database, service.attachments, told)
    done, broken = sum(o.done for o in outcomes.values()), sum(o.broken for o in outcomes.values())
    with service.database.write() as session:
        journal(session, at=service.clock.now(), actor=ACTOR, act="reseal", subject=SUBJECT,
                details={"number": newest.key, "cipher": newest.cipher, "resealed": done, "broken": broken})  # fmt: skip
    if as_json:
        print_json({"key": newest.key, "cipher": newest.cipher, "resealed": done, "broken": broken,
                    "places": {name: {"resealed": o.done, "broken": o.broken} for name, o in outcomes.items()}})  # fmt: skip
    say(_("已改用第 %(key)s 号密钥（%(cipher)s）加密 %(count)s 项。", key=newest.key, cipher=newest.cipher, count=done))  # fmt: skip
    for name, outcome in outcomes.items():
        if outcome.broken:
            say(_("%(name)s 有 %(count)s 项解不开，没有改动：它的密钥不在密钥环中，或内容已经损坏。",
                  name=name, count=outcome.broken))  # fmt: skip
    if broken:
        sys.exit(1)


class _Counting:
    """A running sum for the progress bar."""

    def __init__(self, progress: Callable[[int, int], None], total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def __call__(self, more: int) -> None:
        self._done += more
        self._progress(self._done, self._total)


@keys.command(help="哪些密钥还在使用；全部内容都已用最新的密钥和算法加密时退出码为 0，否则为 1。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def check(make: MakeService, as_json: bool) -> None:
    """May an old key be taken out?"""
    service = make()
    with redis_running(service):
        found = _all_seals(service) | {BOX: seals_undrained(service.recorder_stores)}
    newest, numbers = service.keyring.newest, service.keyring.numbers
    used = {made_with.key for seals in found.values() for made_with in seals if made_with}
    idle = [number for number in numbers if number not in used and number != newest.key]
    current = _stale(found, newest) == 0
    if as_json:
        print_json({"current": current, "key": newest.key, "cipher": newest.cipher, "keys": list(numbers),
                    "no_longer_used": idle, "places": {name: _named(seals) for name, seals in found.items()}})  # fmt: skip
    else:
        _tell(found, numbers)
    say(_("全部内容都用第 %(key)s 号密钥（%(cipher)s）加密。", key=newest.key, cipher=newest.cipher) if current
        else _("还有内容没有用最新的密钥和算法加密，请运行 voting-service keys reseal；票箱里的等记录器入账后再运行。"))  # fmt: skip
    if idle:
        say(_("可以从密钥文件中去掉的密钥：%(keys)s 号。旧的备份仍要用它打开，请另行保管或随旧备份一起销毁。",
              keys="、".join(map(str, idle))))  # fmt: skip
    if not current:
        sys.exit(1)


def _all_seals(service: Service) -> dict[str, Seals]:
    with service.database.read() as session:
        found = {column.name: seals_in(session, column) for column in service.sealed_columns}
    return found | {FILES: seals_of_files(service.database, service.attachments)}


def _stale(found: dict[str, Seals], newest: SealedWith) -> int:
    return sum(count for seals in found.values() for made_with, count in seals.items() if made_with != newest)


def _named(seals: Seals) -> list[dict[str, object]]:
    return [
        {"key": made_with and made_with.key, "cipher": made_with and made_with.cipher, "count": count}
        for made_with, count in sorted(seals.items(), key=str)
    ]


def _tell(found: dict[str, Seals], numbers: tuple[int, ...]) -> None:
    by_key: Counter[SealedWith | None] = Counter()
    for seals in found.values():
        by_key.update(seals)
    for made_with, count in sorted(by_key.items(), key=str):
        if made_with is None:
            line = _("无法识别的内容：%(count)s 项。", count=count)
        elif made_with.key not in numbers:
            line = _("第 %(key)s 号密钥（%(cipher)s）：%(count)s 项，密钥环中没有这把密钥！",
                     key=made_with.key, cipher=made_with.cipher, count=count)  # fmt: skip
        else:
            line = _("第 %(key)s 号密钥（%(cipher)s）：%(count)s 项。",
                     key=made_with.key, cipher=made_with.cipher, count=count)  # fmt: skip
        click.echo(str(line))


COMMANDS = (keys,)
