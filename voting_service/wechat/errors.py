"""What goes wrong between us and the platform."""

from __future__ import annotations

from ..errors import VotingError
from ..text import Text, _


class WeChatError(VotingError):
    """The platform did not do what we asked."""

    code = "wechat_unavailable"


class WeChatUnreachable(WeChatError):
    """No answer, none in time, none that can be read, or one that says "busy": trying again later may help."""

    def __init__(self, why: str) -> None:
        super().__init__(_("暂时连不上微信，请稍后再试。"))
        self.why = why
        """For operators: never holds a secret, a code, a token or an openid."""


class WeChatRefused(WeChatError):
    """The platform answered with an error code."""

    def __init__(self, errcode: int, errmsg: str, sentence: Text | None = None) -> None:
        super().__init__(sentence or _("微信拒绝了请求（%(code)s）。", code=errcode))
        self.errcode = errcode
        self.errmsg = errmsg
        """As the platform wrote it; for operators."""
