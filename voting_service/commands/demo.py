"""``make demo``: the whole service on a fresh machine with the example campaign open, in one command.

Secrets, schema, Redis, import, opening, recorder and website, each only where it is not there yet: the next start
goes on where this one stopped.
"""

from __future__ import annotations

import errno
import os
import re
import shlex
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click
from dotenv import dotenv_values
from sqlalchemy import select

from .. import logs
from ..accounts.invitations import invite
from ..accounts.officials import EVERYWHERE, Role
from ..accounts.register import add_official, list_officials
from ..ballots.opening import open_voting
from ..campaigns.models import CLOSED, DRAFT, SCHEDULED, Campaign
from ..campaigns.queries import campaign_by_slug
from ..candidates.importing import import_campaign
from ..errors import Problem, ProblemsFound
from ..qr import qr_terminal
from ..settings import read_data_dir
from ..text import Text, _
from .composition import MakeService, Service, redis_running
from .official import invitation_url
from .output import progress_bar, say
from .secrets_file import STAND_IN_ACCOUNT, put_settings, write_env_file
from .supervisor import (
    ROOT,
    Supervisor,
    listening_at,
    recorder_child,
    stand_in_child,
    watch_child,
    web_child,
)

EXAMPLE = ROOT / "examples" / "zui-mei-chan-ye-gong-ren"
ACTOR = "demo"
FIRST_OFFICIAL, SECOND_OFFICIAL, SUPERVISOR, ADMIN = "林晚晴", "周听泉", "纪守一", "安如山"
OFFICIALS: dict[str, tuple[Role, ...]] = {
    FIRST_OFFICIAL: ("operator", "committee", "handler"),
    SECOND_OFFICIAL: ("operator", "committee", "handler"),
    SUPERVISOR: ("supervisor",),
    ADMIN: ("admin",),
}
"""Nobody's names. Two who may do everything, since what counts needs a second one to confirm it."""


STAND_IN_APP_ID = "wxdem0000000000fa"
"""The stand-in's account; it is nobody's at the real platform."""
_ANOTHER_PORT = _("请换一个端口，例如 PORT=%(port)s make demo（演示用 PORT，模拟微信用 PORT+1）。", port=9000)


@click.command(help="演示：自动准备密钥、数据库、内置 Redis 和示例活动，并启动服务；Ctrl-C 停止，数据保留。")
@click.option(
    "--wechat", is_flag=True, help="同时在 PORT+1 启动模拟微信：没有公众号也能看登录、分享和对话的全过程。"
)
@click.pass_obj
def demo(make: MakeService, wechat: bool) -> None:
    """Everything, now."""
    host, port = _where_to_listen(wechat)
    files = [_prepare_environment(host, port)]
    stand_in_url = _address(host, port + 1)
    if wechat:
        files.append(_use_the_stand_in(stand_in_url))
    service = make()
    logs.configure()
    service.database.upgrade()
    with redis_running(service):
        slug = _example_open(service)
        url = f"{service.settings.base_url}/c/{slug}"
        _welcome(url, stand_in_url if wechat else None, _sign_in_link(service), files)
        website = web_child(host, port, service.settings.workers, service.settings.threads)
        children = [website, recorder_child(), watch_child()]
        if wechat:
            base_url = service.settings.base_url
            children.append(
                stand_in_child(host, port + 1, url=stand_in_url, service_url=base_url, start_url=url)
            )
        Supervisor(children).run()
    say(_("已停止。数据保存在 %(dir)s，下次启动继续。", dir=service.settings.data_dir))


def _where_to_listen(wechat: bool) -> tuple[str, int]:
    """Host, without the brackets of an IPv6 address, and port. Website and stand-in would otherwise be restarted for ever
    on a port that is none, or that another program has. Raises ProblemsFound with all of them."""
    host = (os.environ.get("HOST") or "127.0.0.1").removeprefix("[").removesuffix("]")
    typed = os.environ.get("PORT") or "8000"
    port = int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else None
    found: list[Problem | None] = []
    if port is None:
        found.append(Problem("PORT", _("“%(port)s”不是端口号。", port=typed), _ANOTHER_PORT))
    if refused := _refused(host, 0):
        found.append(Problem("HOST", _cannot_listen(refused), _("请检查 HOST。")))
    elif port is not None:
        found += [_port_problem(host, one) for one in ([port, port + 1] if wechat else [port])]
    problems = [problem for problem in found if problem]
    if port is None or problems:
        raise ProblemsFound(problems, _("演示没有启动："))
    return host, port


def _port_problem(host: str, port: int) -> Problem | None:
    if not 0 < port < 65_536:
        return Problem("PORT", _("没有 %(port)s 这个端口。", port=port), _ANOTHER_PORT)
    refused = _refused(host, port)
    if refused is None:
        return None
    where = listening_at(host, port)
    if refused.errno == errno.EADDRINUSE:
        return Problem(
            where, _("端口 %(port)s 已被别的程序占用，也可能演示已经在运行。", port=port), _ANOTHER_PORT
        )
    return Problem(where, _cannot_listen(refused), _("请检查 HOST 和 PORT。"))


def _cannot_listen(refused: OSError) -> Text:
    return _("不能在这里监听：%(why)s。", why=refused.strerror or str(refused))


def _refused(host: str, port: int) -> OSError | None:
    """Why nobody can listen there; port 0 asks for the host alone."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As gunicorn binds: connections that linger after the last demo are no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error
    return None


def _prepare_environment(host: str, port: int) -> Path:
    """The demo alone makes its own secrets; they lie in the data directory. Gives their file."""
    data_dir = read_data_dir()
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    secrets_file = data_dir / "secrets.env"
    write_env_file(secrets_file)
    given = dotenv_values(".env")  # an operator's own choice stands
    for name, value in dotenv_values(secrets_file).items():
        if not given.get(name):
            os.environ.setdefault(name, value or "")
    os.environ.setdefault("VOTING_DATA_DIR", str(data_dir.resolve()))
    os.environ.setdefault("VOTING_BASE_URL", _address(host, port))
    return secrets_file


def _use_the_stand_in(url: str) -> Path:
    """Point the service at the stand-in. It wins over an operator's own account, whose secret it must not be sent. Gives
    the file that tells the command line the same."""
    # A file of its own: a later plain demo must not find half an account among its settings.
    file = read_data_dir() / "wechat-stand-in.env"
    write_env_file(file, STAND_IN_ACCOUNT)
    put_settings(
        file,
        {
            "VOTING_WECHAT_APP_ID": STAND_IN_APP_ID,
            "VOTING_WECHAT_API_BASE": url,
            "VOTING_WECHAT_OPEN_BASE": url,
            "VOTING_WECHAT_SCRIPT_URL": f"{url}/open/js/jweixin-1.6.0.js",
        },
    )
    account = {name: value or "" for name, value in dotenv_values(file).items()}
    os.environ.update(account)
    for name in ("VOTING_WECHAT_APP_ID", *STAND_IN_ACCOUNT):
        os.environ[name.replace("VOTING_WECHAT", "FAKE_WECHAT")] = account[name]
    return file


def _address(host: str, port: int) -> str:
    return f"http://{listening_at(_reachable(host), port)}"


def _reachable(host: str) -> str:
    """An address that a phone in the same network can open, where we listen on all of them."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; tells which of our addresses would be used
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _example_open(service: Service) -> str:
    """The example campaign, imported around today's date and open. Gives its slug."""
    with service.database.read() as session:
        campaign = session.scalar(select(Campaign).where(Campaign.slug == EXAMPLE.name))
    if campaign is None:
        _import_example(service)
        with service.database.read() as session:
            campaign = campaign_by_slug(session, EXAMPLE.name)
    if campaign.phase in (DRAFT, SCHEDULED):
        open_voting(service.opener, campaign.slug, at=service.clock.now(), actor=ACTOR)
    if campaign.phase == CLOSED:
        say(_("示例活动的投票已经结束；删除数据目录后重新运行可再次开始。"))
    return campaign.slug


def _import_example(service: Service) -> None:
    today = datetime.now(service.settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    with progress_bar("导入示例活动") as progress, service.database.write() as session:
        import_campaign(
            session,
            EXAMPLE,
            at=service.clock.now(),
            actor=ACTOR,
            zone_name=service.settings.timezone,
            keyring=service.keyring,
            photos=service.photos,
            progress=progress,
            opens_at=today - timedelta(days=2, hours=-9),
            closes_at=today + timedelta(days=7, hours=18),
        )


def _sign_in_link(service: Service) -> str:
    """The officials of the demo, where they are not there yet, and a fresh link for the first of them: each start has one."""
    at = service.clock.now()
    with service.database.write() as session:
        known = {line.name for line in list_officials(session, now=at)}
        for name, roles in OFFICIALS.items():
            if name not in known:
                add_official(session, name, [(role, EVERYWHERE) for role in roles], at=at, actor=ACTOR)
        secret = invite(session, FIRST_OFFICIAL, at=at, actor=ACTOR)
    return invitation_url(service, secret)


def _command_line_settings(files: Sequence[Path]) -> str:
    """What to type in a shell, so that ``voting-service`` there works on this demo."""
    plain = [f"{name}={shlex.quote(os.environ[name])}" for name in ("VOTING_DATA_DIR", "VOTING_BASE_URL")]
    read = [f". {shlex.quote(str(file.resolve()))}" for file in files]
    return "; ".join(["set -a", *plain, *read, "set +a"])


def _welcome(url: str, stand_in_url: str | None, sign_in_link: str, files: Sequence[Path]) -> None:
    click.echo(qr_terminal(url))
    click.echo(str(_("活动页面：%(url)s", url=url)))
    if stand_in_url is not None:
        click.echo(str(_("模拟微信：%(url)s（选一个微信号，从那里打开活动）", url=stand_in_url)))
    click.echo(str(_("工作台：%(url)s", url=f"{sign_in_link.partition('/desk/')[0]}/desk")))
    click.echo(
        str(
            _(
                "登录链接（%(name)s：经办人、评委、承办人；设定口令后进入，只能用一次）：\n%(link)s",
                name=FIRST_OFFICIAL,
                link=sign_in_link,
            )
        )
    )
    click.echo(
        str(
            _(
                "命令行是 .venv/bin/voting-service（--help 查看），请在另一个终端先运行：\n%(line)s",
                line=_command_line_settings(files),
            )
        )
    )
    click.echo(
        str(
            _(
                "重要的决定要两个人：再请一位，在那个终端运行 "
                ".venv/bin/voting-service official invite %(name)s --by 演示，用另一个浏览器（或无痕窗口）打开链接。"
                "另有监督员 %(supervisor)s、管理员 %(admin)s。",
                name=SECOND_OFFICIAL,
                supervisor=SUPERVISOR,
                admin=ADMIN,
            )
        )
    )
    click.echo(str(_("停止：Ctrl-C")), nl=True)


COMMANDS = (demo,)
