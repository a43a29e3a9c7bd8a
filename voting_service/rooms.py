"""What voting_service offers to the composition root: its routes, its places on the desk, what it keeps sealed."""

from __future__ import annotations

from .accounts import routes as account_routes
from .accounts.api_tokens import desk_routes as token_desk_routes
from .accounts.api_tokens.issuing import LOOKERS as TOKEN_LOOKERS
from .accounts.api_tokens.waiting import tokens_ending
from .accounts.desk_home import DeskRoom, MakeSection
from .accounts.officials import Role
from .attachments import resealing
from .ballots import api_routes, code_routes, kiosk_routes, routes
from .campaigns import desk_routes as campaign_desk_routes
from .campaigns import voter_keys
from .campaigns.desk_links import CampaignLink
from .campaigns.models import CLOSED, OPEN
from .candidates import routes as candidate_routes
from .committee import desk_routes as motion_routes
from .committee.waiting import motions_waiting
from .evidence import record, views
from .journal_desk import desk_routes as journal_routes
from .journal_desk.seen import READERS as JOURNAL_READERS
from .recorder import routes as recorder_routes
from .scanning import live
from .sealed import SealedColumn
from .tally import desk_routes as tally_desk_routes
from .tally import routes as tally_routes
from .tally.certification import desk_routes as certification_routes
from .tally.certification.desk_page import certifications_waiting
from .tally.clusters import desk_routes as cluster_desk_routes
from .tally.decisions import desk_routes as decision_desk_routes
from .tally.decisions.desk_page import decisions_waiting
from .tally.figures import desk_routes as board_routes
from .text import _
from .transparency import log
from .transparency import routes as log_routes
from .web import health, offline, uploads
from .web import openapi as api_description
from .webhooks import desk_routes as webhook_desk_routes
from .webhooks import endpoints
from .webhooks.waiting import webhooks_waiting
from .wechat import message_routes
from .wechat import routes as wechat_routes

BLUEPRINTS = (
    health.health,
    offline.offline,
    uploads.pages,
    api_description.openapi,
    candidate_routes.api,
    candidate_routes.files,
    routes.pages,
    kiosk_routes.pages,
    code_routes.pages,
    wechat_routes.pages,
    message_routes.messages,
    api_routes.api,
    recorder_routes.metrics,
    log_routes.public,
    tally_routes.public,
    tally_routes.api,
    account_routes.pages,
    campaign_desk_routes.pages,
    cluster_desk_routes.pages,
    decision_desk_routes.pages,
    tally_desk_routes.pages,
    board_routes.pages,
    journal_routes.pages,
    token_desk_routes.pages,
    webhook_desk_routes.pages,
    certification_routes.pages,
    motion_routes.pages,
)
"""In flow order."""

SEALED: tuple[SealedColumn, ...] = (
    *voter_keys.SEALED,
    *log.SEALED,
    *record.SEALED,
    *views.SEALED,
    *live.SEALED,
    *resealing.SEALED,
    *endpoints.SEALED,
)
"""Every sealed column, for a new key to go through."""

DESK_ROOMS: tuple[DeskRoom, ...] = (
    DeskRoom(_("首页"), "/desk"),
    DeskRoom(_("评选活动"), "/desk/campaigns"),
    DeskRoom(_("工作日志"), "/desk/journal", JOURNAL_READERS),
    DeskRoom(_("接口令牌"), "/desk/api-tokens", TOKEN_LOOKERS),
    DeskRoom(_("事件推送"), "/desk/webhooks", endpoints.LOOKERS),
)
"""The desk's navigation."""

_LOOKERS: tuple[Role, ...] = ("operator", "committee", "supervisor")
_VOTED = (OPEN, CLOSED)

CAMPAIGN_LINKS: tuple[CampaignLink, ...] = (
    CampaignLink(
        _("实时看板"),
        "board",
        board_routes.LOOKERS,
        _("票数、趋势、来源和系统状态，随入账更新"),
        (OPEN, CLOSED),
    ),
    CampaignLink(
        _("会场大屏"), "screen", board_routes.LOOKERS, _("只显示可以公开的数字，适合投影"), (OPEN, CLOSED)
    ),
    CampaignLink(_("异常票群"), "clusters", _LOOKERS, _("排查结果、证据和对照；先判断，再看候选人"), _VOTED),
    CampaignLink(
        _("对选票的决定"), "decisions", _LOOKERS, _("待核、作废、恢复；一人提出，另一人确认"), _VOTED
    ),
    CampaignLink(_("计票"), "tally", _LOOKERS, _("计入、待核、作废，附检查点；怎样重新计票"), _VOTED),
    CampaignLink(_("导出"), "exports", _LOOKERS, _("计票、决定、候选名单、证据文件、归档")),
    CampaignLink(_("工作日志"), "journal", JOURNAL_READERS, _("这次评选中谁办了什么")),
    CampaignLink(
        _("认定计票结果"),
        "certification",
        certification_routes.LOOKERS,
        _("核对账目，评委逐一签认，写入日志"),
        (CLOSED,),
    ),
    CampaignLink(_("评委会表决"), "motions", motion_routes.LOOKERS, _("签到，无记名投票，自动生成记录")),
)
"""The rooms of one campaign, in flow order."""

DESK_SECTIONS: tuple[MakeSection, ...] = (
    decisions_waiting,
    motions_waiting,
    certifications_waiting,
    tokens_ending,
    webhooks_waiting,
)
"""What waits for an official, on the desk's first page; in the rooms' order."""
