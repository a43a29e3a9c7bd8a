"""Does ``VOTING_BASE_URL`` reach this very service, with these credentials? Asked from here as the platform will ask.

For ``doctor``. Only the service's own address is asked, and nothing secret goes there: of the message token a signature,
good for ten minutes.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import requests

from ..clock import Clock, spoken_day
from ..findings import Finding
from ..settings import Settings
from ..text import Text, _
from .bounded import nothing_added, read_bounded
from .certificate import Certificate, certificate_of
from .message_crypto import signature

TIMEOUT_S = (2.0, 4.0)
MOST_BYTES = 4096
RENEWED_BY = timedelta(days=14)
"""Renewal by itself happens a month before the end; with less than this left it does not happen."""

_REST = _("校验文件、消息入口没有检查。")
_RENEW = _("请更新证书并重新加载 nginx；自动续期的，请查看它为什么没有成功。")
_CHAIN = _("请换用受信任机构签发的证书，nginx 的 ssl_certificate 要用含中间证书的完整链（fullchain.pem）。")


class _Got(NamedTuple):
    """An answer; status 0 where there was none."""

    status: int
    body: bytes = b""

    @property
    def redirected(self) -> bool:
        return 300 <= self.status < 400


def examine_address(settings: Settings, clock: Clock) -> list[Finding]:
    """One finding for the address, the certificate, each domain file and the messages; where the address does not lead
    here, that alone. Takes some seconds at most for each, and raises nothing."""
    return list(_examined(settings, clock))


def _examined(settings: Settings, clock: Clock) -> Iterator[Finding]:
    certificate = certificate_of(settings.base_url) if settings.secure else None
    if certificate is not None and certificate.fault:
        yield _unverified(certificate, settings, clock)
        return  # requests would refuse it too
    got = _get(f"{settings.base_url}/healthz")
    away = None if _is_this_service(got) else _away(settings.base_url, got)
    if away is not None:
        yield away
        return
    yield Finding("ok", "wechat_address", _("公开网址 %(url)s 打得开。", url=settings.base_url))
    if settings.secure:
        yield _verified(certificate, settings, clock)
    for code in filter(None, (settings.wechat_verify_file or "").split(",")):
        yield _domain_file(settings.base_url, code)
    if settings.wechat_token is not None:
        yield _messages(settings.base_url, settings.wechat_token.get_secret_value(), clock)


# ---- the address


def _is_this_service(got: _Got) -> bool:
    try:
        return got.status == 200 and json.loads(got.body) == {"status": "ok"}
    except (ValueError, RecursionError):
        return False


def _away(base_url: str, got: _Got) -> Finding:
    if got.status == 0:
        sentence = _("从本机打不开公开网址 %(url)s：服务可能没有启动，或者从这里访问不到它。", url=base_url)
        remedy = _("请先启动服务再检查一次，并用手机流量打开 %(url)s/healthz 看看。", url=base_url)
    elif got.redirected:
        sentence = _("公开网址 %(url)s 转到了别的网址。", url=base_url)
        remedy = _("请把 VOTING_BASE_URL 设为投票人最终打开的网址，协议和主机名都要一致。")
    else:
        sentence = _(
            "公开网址 %(url)s 应答的不是本服务（/healthz 的状态码是 %(status)s）。",
            url=base_url,
            status=got.status,
        )
        remedy = _("请检查服务是否已经启动、域名解析和反向代理；502、504 多半是服务没有启动。")
    return Finding("warning", "wechat_address", _("%(what)s%(rest)s", what=sentence, rest=_REST), remedy)


# ---- the certificate


def _verified(certificate: Certificate | None, settings: Settings, clock: Clock) -> Finding:
    if certificate is None:
        return Finding(
            "warning",
            "wechat_certificate",
            _("没有看到网站的证书，到期日没有检查。"),
            _("请用浏览器查看证书的到期日。"),
        )
    day = _day(certificate, settings)
    if certificate.ends_at - clock.now() > RENEWED_BY:
        return Finding("ok", "wechat_certificate", _("网站的证书有效，%(day)s到期。", day=day))
    return Finding(
        "warning",
        "wechat_certificate",
        _("网站的证书快到期了：%(day)s到期，之后谁也打不开页面。", day=day),
        _RENEW,
    )


def _unverified(certificate: Certificate, settings: Settings, clock: Clock) -> Finding:
    day = _day(certificate, settings)
    remedy = _CHAIN
    what: Text
    if certificate.ends_at <= clock.now():
        what, remedy = _("网站的证书已经过期（%(day)s到期）。", day=day), _RENEW
    elif certificate.fault == "another_name":
        what = _("网站的证书不是给这个域名的（%(day)s到期）。", day=day)
        remedy = _("请为 VOTING_BASE_URL 里的域名申请证书，并检查 nginx 的 server_name。")
    else:
        what = _("网站的证书没有通过验证：可能是自签名的，或者证书链不全（%(day)s到期）。", day=day)
    return Finding("warning", "wechat_certificate", _("%(what)s%(rest)s", what=what, rest=_REST), remedy)


def _day(certificate: Certificate, settings: Settings) -> Text:
    return spoken_day(certificate.ends_at.astimezone(settings.zone))


# ---- what the platform will ask for


def _domain_file(base_url: str, code: str) -> Finding:
    name = f"MP_verify_{code}.txt"
    got = _get(f"{base_url}/{name}")
    if got.status == 200 and got.body == code.encode():
        return Finding("ok", "wechat_verify_file_public", _("从公开网址读到了校验文件 %(name)s。", name=name))
    if got.redirected:
        sentence = _("校验文件 %(name)s 被转到了别的网址，微信不跟着转。", name=name)
        remedy = _("请让反向代理直接把这个网址交给本服务，参照 deploy/nginx.conf。")
    else:
        sentence = _("从公开网址读不到校验文件 %(name)s：%(why)s", name=name, why=_why(got))
        remedy = _("设置后要重启服务；也请检查反向代理有没有把这个网址交给本服务。")
    return Finding("warning", "wechat_verify_file_public", sentence, remedy)


def _messages(base_url: str, token: str, clock: Clock) -> Finding:
    """Signed as the platform signs when somebody presses 提交."""
    timestamp, nonce, echo = str(int(clock.now().timestamp())), secrets.token_hex(8), secrets.token_hex(16)
    query = {
        "signature": signature(token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": echo,
    }
    got = _get(f"{base_url}/wechat/messages", query)
    if got.status == 200 and got.body == echo.encode():
        return Finding("ok", "wechat_messages_public", _("公开网址上的消息入口应答正确，Token 一致。"))
    if got.status == 403:
        sentence = _("公开网址上的消息入口不认 VOTING_WECHAT_TOKEN 的签名。")
        remedy = _("运行中的服务用的可能还是旧的 Token：请重启服务；有几台服务器的，Token 和时钟都要一致。")
    elif got.status == 404:
        sentence = _("公开网址上没有消息入口（404）。")
        remedy = _("设置 VOTING_WECHAT_TOKEN 后要重启服务；也请检查反向代理有没有把 /wechat/ 交给本服务。")
    else:
        sentence = _("公开网址上的消息入口应答不对：%(why)s", why=_why(got))
        remedy = _("请检查反向代理有没有把 /wechat/ 原样交给本服务，参照 deploy/nginx.conf。")
    return Finding("warning", "wechat_messages_public", sentence, remedy)


def _why(got: _Got) -> Text:
    if got.status == 0:
        return _("没有应答。")
    if got.status == 200:
        return _("内容不对。")
    return _("状态码是 %(status)s。", status=got.status)


def _get(url: str, query: dict[str, str] | None = None) -> _Got:
    deadline = time.monotonic() + sum(TIMEOUT_S)
    try:
        with requests.get(
            url, params=query, timeout=TIMEOUT_S, allow_redirects=False, stream=True, auth=nothing_added,
            headers={"User-Agent": "voting-service doctor", "Accept-Encoding": "identity"},
        ) as answer:  # fmt: skip
            # Longer than allowed, it is none of ours, whatever it is.
            return _Got(answer.status_code, read_bounded(answer, MOST_BYTES, deadline))
    # Every kind: too slow, and requests, urllib3 and http.client each have their own. Their texts hold the address; none is kept.
    except Exception:
        return _Got(0)
