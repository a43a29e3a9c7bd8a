"""What voting_service offers to the composition root: its routes, its places on the desk, what it keeps sealed."""

from __future__ import annotations

from .accounts import routes as account_routes
from .accounts.desk_home import DeskRoom, MakeSection
from .accounts.officials import Role
from .assessment.scoring import desk_routes as scoring_routes
from .assessment.scoring.waiting import assessment_waiting
from .assessment.worksheet import desk_routes as worksheet_routes
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
    campaign_desk_routes.pages,
    scoring_routes.pages,
    worksheet_routes.pages,
)
"""In flow order."""

SEALED: tuple[SealedColumn, ...] = (
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
)
"""The desk's navigation."""

_VOTED_ON = ("open", "closed")
_WHO_SEE_SCORES: tuple[Role, ...] = ("operator", "committee", "supervisor")

CAMPAIGN_LINKS: tuple[CampaignLink, ...] = (
    CampaignLink(_("我的评分表"), "scores", ("judge",), _("看事迹、打分、提交"), _VOTED_ON),
    CampaignLink(_("打分进度"), "scores/round", _WHO_SEE_SCORES, _("谁交了表、回避、截止时间"), _VOTED_ON),
    CampaignLink(_("测算表"), "assessment", _WHO_SEE_SCORES, _("综合得分、名次、定稿"), _VOTED_ON),
)
"""The rooms of one campaign, in flow order."""

DESK_SECTIONS: tuple[MakeSection, ...] = (assessment_waiting,)
"""What waits for an official, on the desk's first page; in the rooms' order."""
