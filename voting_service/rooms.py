"""What voting_service offers to the composition root: its routes, its places on the desk, what it keeps sealed."""

from __future__ import annotations

from .accounts import routes as account_routes
from .accounts.api_tokens import desk_routes as token_desk_routes
from .accounts.api_tokens.issuing import LOOKERS as TOKEN_LOOKERS
from .accounts.api_tokens.waiting import tokens_ending
from .accounts.desk_home import DeskRoom, MakeSection
from .attachments import resealing
from .ballots import api_routes, code_routes, kiosk_routes, routes
from .campaigns import desk_routes as campaign_desk_routes
from .campaigns import voter_keys
from .campaigns.desk_links import CampaignLink
from .candidates import routes as candidate_routes
from .evidence import record, views
from .journal_desk import desk_routes as journal_routes
from .journal_desk.seen import READERS as JOURNAL_READERS
from .recorder import routes as recorder_routes
from .scanning import live
from .sealed import SealedColumn
from .tally import routes as tally_routes
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
    account_routes.pages,
    campaign_desk_routes.pages,
    journal_routes.pages,
    token_desk_routes.pages,
    webhook_desk_routes.pages,
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

CAMPAIGN_LINKS: tuple[CampaignLink, ...] = (
    CampaignLink(_("工作日志"), "journal", JOURNAL_READERS, _("这次评选中谁办了什么")),
)
"""The rooms of one campaign, in flow order."""

DESK_SECTIONS: tuple[MakeSection, ...] = (tokens_ending, webhooks_waiting)
"""What waits for an official, on the desk's first page; in the rooms' order."""
