"""One frozen Settings object, read once from the environment and ``.env``; every problem is reported together.

Nothing has a working default that is a secret. ``docs/settings.md`` documents each; a test holds the two together.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from .encryption import CipherName, Keyring
from .errors import Problem, ProblemsFound
from .text import Text, _

PREFIX = "VOTING_"


def _is_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except Exception as error:  # zoneinfo raises several kinds for one mistake: a name that is no zone
        raise ValueError("没有这个时区，例如 Asia/Shanghai") from error
    return name


def _is_base_url(url: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+", url.rstrip("/")):
        raise ValueError("应为协议加主机名、不带路径，例如 https://vote.example.org")
    return url.rstrip("/")


def _is_database_url(url: str) -> str:
    if not re.match(r"(sqlite|postgresql)(\+\w+)?://", url):
        raise ValueError("应以 sqlite:// 或 postgresql:// 开头")
    return re.sub(r"^postgresql://", "postgresql+psycopg://", url)


def _is_redis_url(url: str) -> str:
    if not re.match(r"(redis|rediss|unix)://", url):
        raise ValueError("应以 redis://、rediss:// 或 unix:// 开头")
    return url


def _is_limit(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d*/(second|minute|hour|day)", text):
        raise ValueError("应形如 600/minute")
    return text


def _is_clock_time(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("应为 24 小时制的时间，例如 09:00")
    return text


def budget_of(limit: str) -> tuple[int, int]:
    """A limit's count, and its window in seconds."""
    count, _slash, window = limit.partition("/")
    return int(count), {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}[window]


def _is_secret(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < 32:
        raise ValueError("至少 32 个字符")
    return secret


def _is_app_id(text: str) -> str:
    # What a real one looks like in full, doctor knows: a stand-in for the platform has its own.
    if not re.fullmatch(r"wx[0-9A-Za-z]{4,30}", text):
        raise ValueError("应为 wx 开头的 AppID，在公众平台“设置与开发—基本配置”中查看")
    return text


def _is_app_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[0-9A-Za-z]{8,64}", secret.get_secret_value()):
        raise ValueError("应为 AppSecret（32 位字母和数字），在公众平台“设置与开发—基本配置”中重置后抄录")
    return secret


def _is_message_token(token: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[0-9A-Za-z]{3,32}", token.get_secret_value()):
        raise ValueError("应为 3 到 32 位字母或数字，与公众平台“服务器配置”中的 Token 一致")
    return token


def _is_aes_key(key: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[0-9A-Za-z]{43}", key.get_secret_value()):
        raise ValueError("应为 43 位 EncodingAESKey，与公众平台“服务器配置”中的一致")
    return key


def _are_verify_files(text: str) -> str:
    names = [name.strip() for name in text.split(",") if name.strip()]
    found = [re.fullmatch(r"(?:MP_verify_)?([0-9A-Za-z]{16})(?:\.txt)?", name) for name in names]
    if not all(found):
        raise ValueError("应为公众平台给出的文件名，例如 MP_verify_AbCdEfGh12345678.txt，多个以逗号分隔")
    return ",".join(match[1] for match in found if match)


def _is_script_url(url: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+/[A-Za-z0-9._/\-]+\.js", url):
        raise ValueError("应为脚本的完整网址")
    return url


def _are_inner_hosts(text: str) -> str:
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if not all(re.fullmatch(r"([a-z0-9.\-]+|\[[0-9a-f:]+\])(:[1-9]\d{0,4})?", name) for name in names):
        raise ValueError("应为主机名或 主机名:端口，多个以逗号分隔，例如 oa.example.lan,10.0.0.8:8443")
    return ",".join(names)


def _is_keys(keys: SecretStr) -> SecretStr:
    Keyring.parse(keys.get_secret_value())
    return keys


Limit = Annotated[str, AfterValidator(_is_limit)]


class Settings(BaseModel):
    """What an operator decides. Field ``data_dir`` is the variable ``VOTING_DATA_DIR``, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    data_dir: Path = Path("./data")
    # These two may hold a password: they are not for logs either.
    database_url: Annotated[Annotated[str, AfterValidator(_is_database_url)] | None, Field(repr=False)] = None
    redis_url: Annotated[Annotated[str, AfterValidator(_is_redis_url)] | None, Field(repr=False)] = None
    redis_server: Path | None = None
    secret_key: Annotated[SecretStr, AfterValidator(_is_secret)]
    encryption_keys: Annotated[SecretStr, AfterValidator(_is_keys)]
    encryption_cipher: CipherName = "aes-256-gcm"
    base_url: Annotated[str, AfterValidator(_is_base_url)] = "http://127.0.0.1:8000"
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    timezone: Annotated[str, AfterValidator(_is_timezone)] = "Asia/Shanghai"
    workday_starts: Annotated[str, AfterValidator(_is_clock_time)] = "09:00"
    site_name: str = "评选投票"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    threads: Annotated[int, Field(ge=1, le=128)] = 16
    form_lifetime_s: Annotated[int, Field(ge=60, le=86_400)] = 7_200
    limit_device: Limit = "60/minute"
    limit_address: Limit = "6000/minute"
    limit_cast_device: Limit = "30/minute"
    limit_cast_address: Limit = "6000/minute"
    recorder_interval_s: Annotated[float, Field(gt=0, le=2)] = 0.5
    metrics_token: Annotated[SecretStr, AfterValidator(_is_secret)] | None = None
    webhooks_inside: Annotated[str, AfterValidator(_are_inner_hosts)] = ""
    wechat_app_id: Annotated[str, AfterValidator(_is_app_id)] | None = None
    wechat_app_secret: Annotated[SecretStr, AfterValidator(_is_app_secret)] | None = None
    wechat_token: Annotated[SecretStr, AfterValidator(_is_message_token)] | None = None
    wechat_aes_key: Annotated[SecretStr, AfterValidator(_is_aes_key)] | None = None
    wechat_verify_file: Annotated[str, AfterValidator(_are_verify_files)] | None = None
    wechat_api_base: Annotated[str, AfterValidator(_is_base_url)] = "https://api.weixin.qq.com"
    wechat_open_base: Annotated[str, AfterValidator(_is_base_url)] = "https://open.weixin.qq.com"
    wechat_script_url: Annotated[str, AfterValidator(_is_script_url)] = (
        "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"
    )

    @model_validator(mode="after")
    def _wechat_is_whole(self) -> Self:
        """Half an account is none, and would be found out by the first voter."""
        if (self.wechat_app_id is None) != (self.wechat_app_secret is None):
            raise ValueError("VOTING_WECHAT_APP_ID 和 VOTING_WECHAT_APP_SECRET 要么都设，要么都不设")
        if self.wechat_aes_key is not None and self.wechat_token is None:
            raise ValueError("设了 VOTING_WECHAT_AES_KEY，就要一并设 VOTING_WECHAT_TOKEN")
        if self.wechat_token is not None and self.wechat_app_id is None:
            raise ValueError(
                "设了 VOTING_WECHAT_TOKEN，就要一并设 VOTING_WECHAT_APP_ID 和 VOTING_WECHAT_APP_SECRET"
            )
        return self

    @property
    def wechat(self) -> bool:
        """Whether there is an account to log in with."""
        return self.wechat_app_id is not None

    @property
    def inner_hosts(self) -> tuple[str, ...]:
        """Hosts of inner systems that webhooks may reach."""
        return tuple(filter(None, self.webhooks_inside.split(",")))

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days begin and daily hours are read."""
        return ZoneInfo(self.timezone)

    @property
    def workday_start(self) -> time:
        """When the working day begins, in the zone's time."""
        return time.fromisoformat(self.workday_starts)

    @property
    def secure(self) -> bool:
        """Whether voters reach us by https: cookies are then marked Secure."""
        return self.base_url.startswith("https://")

    @property
    def origin(self) -> str:
        """Host and port without scheme, the first part of every log's origin."""
        return self.base_url.split("://", 1)[1]

    @property
    def sql_url(self) -> str:
        """Where the ledger is: the given database, or SQLite in the data directory."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'voting.sqlite3').resolve()}"


# An empty variable is an unset one: that is how a line of .env is switched off.
def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def read_settings(environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
    """Settings from the environment, over those of a ``.env`` file. Raises ProblemsFound naming every problem."""
    values = _read(environ, dotenv)
    ours = {
        name.removeprefix(PREFIX).lower(): value for name, value in values.items() if name.startswith(PREFIX)
    }
    try:
        return Settings.model_validate(_given(ours))
    except ValidationError as error:
        raise ProblemsFound([_problem(item) for item in error.errors(include_input=False)]) from None


def read_data_dir(environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Path:
    """The data directory alone, for what works before there are secrets; nothing else is looked at."""
    given = _read(environ, dotenv).get(f"{PREFIX}DATA_DIR")
    default: Path = Settings.model_fields["data_dir"].default
    return Path(given) if given else default


def _read(environ: Mapping[str, str] | None, dotenv: Path | None) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    if dotenv is not None and dotenv.is_file():
        values.update(dotenv_values(dotenv))
    values.update(os.environ if environ is None else environ)
    return values


def _problem(item: Any) -> Problem:
    """One pydantic finding as a line an operator can act on; the value itself is never repeated."""
    name = PREFIX + ("_".join(str(part) for part in item["loc"]) or "WECHAT_…").upper()
    remedies: dict[str, tuple[Text, Text | None]] = {
        "missing": (
            _("必须设置，没有默认值。"),
            _("运行 voting-service keys 可生成一份新的密钥；make demo 会自动生成。"),
        ),
        "extra_forbidden": (_("没有这个设置项。"), _("请对照 docs/settings.md 检查拼写。")),
    }
    sentence, remedy = remedies.get(item["type"], (_("取值无效：%(reason)s。", reason=_reason(item)), None))
    return Problem(name, sentence, remedy)


def _reason(item: Any) -> Text | str:
    """Why a value does not do: our own words, or pydantic's kinds in ours."""
    figures = item.get("ctx", {})
    if item["type"] == "value_error":
        return str(figures["error"])
    kinds = {
        "int_parsing": _("应为整数"),
        "float_parsing": _("应为数字"),
        "greater_than_equal": _("不能小于 %(n)s", n=figures.get("ge")),
        "less_than_equal": _("不能大于 %(n)s", n=figures.get("le")),
        "greater_than": _("应大于 %(n)s", n=figures.get("gt")),
        "literal_error": _("应为 %(choices)s 之一", choices=figures.get("expected")),
    }
    return kinds.get(item["type"], str(item["msg"]))
