"""What voting_service offers to the composition root: its routes, its places on the desk, what it keeps sealed."""

from __future__ import annotations

from .accounts import account_routes as own_account_routes
from .accounts import desk_routes as officials_routes
from .accounts import routes as account_routes
from .accounts import second_factor
from .accounts.desk_home import DeskRoom, MakeSection
from .accounts.waiting import account_section
from .attachments import resealing
from .ballots import api_routes, code_routes, kiosk_routes, routes
from .campaigns import desk_routes as campaign_desk_routes
from .campaigns import voter_keys
from .campaigns.desk_links import CampaignLink
from .candidates import routes as candidate_routes
from .evidence import record, views
from .recorder import routes as recorder_routes
from .scanning import live
from .sealed import SealedColumn
from .tally import routes as tally_routes
from .text import _
from .transparency import log
from .transparency import routes as log_routes
from .web import health, offline, uploads
from .web import openapi as api_description
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
    own_account_routes.pages,
    officials_routes.pages,
    campaign_desk_routes.pages,
)
"""In flow order."""

SEALED: tuple[SealedColumn, ...] = (
    *second_factor.SEALED,
    *voter_keys.SEALED,
    *log.SEALED,
    *record.SEALED,
    *views.SEALED,
    *live.SEALED,
    *resealing.SEALED,
)
"""Every sealed column, for a new key to go through."""

DESK_ROOMS: tuple[DeskRoom, ...] = (
    DeskRoom(_("首页"), "/desk"),
    DeskRoom(_("评选活动"), "/desk/campaigns"),
    DeskRoom(_("工作人员"), "/desk/officials", ("admin", "supervisor")),
)
"""The desk's navigation."""

CAMPAIGN_LINKS: tuple[CampaignLink, ...] = ()
"""The rooms of one campaign, in flow order."""

DESK_SECTIONS: tuple[MakeSection, ...] = (account_section,)
"""What waits for an official, on the desk's first page; in the rooms' order."""
