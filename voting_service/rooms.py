"""What voting_service offers to the composition root: its routes, its places on the desk, what it keeps sealed."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from .accounts import routes as account_routes
from .accounts.desk_home import DeskRoom, MakeSection
from .attachments import resealing
from .ballots import api_routes, code_routes, kiosk_routes, routes
from .ballots import desk_routes as setup_routes
from .ballots.leaving import desk_routes as leaving_routes
from .ballots.leaving.waiting import departures_waiting
from .ballots.preview import desk_routes as preview_routes
from .ballots.setup import drafts_waiting, setup_facts
from .campaigns import desk_routes as campaign_desk_routes
from .campaigns import voter_keys
from .campaigns.creating import LOOKERS
from .campaigns.desk_links import CampaignLink, CampaignStage, MakeFacts
from .campaigns.models import CLOSED, DRAFT, OPEN, SCHEDULED, Campaign
from .candidates import routes as candidate_routes
from .candidates.intake import desk_routes as intake_routes
from .candidates.profiles import desk_routes as profile_routes
from .candidates.profiles.desk_page import WHO as WHO_SEE_CANDIDATES
from .candidates.profiles.waiting import profiles_waiting
from .evidence import record, views
from .recorder import routes as recorder_routes
from .recorder.early_closing import desk_routes as early_closing_routes
from .recorder.early_closing.waiting import closings_waiting
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


def _not_yet(_session: Session, _campaign: Campaign) -> bool:
    """Until the room is there."""
    return False


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
    intake_routes.pages,
    profile_routes.pages,
    leaving_routes.pages,
    setup_routes.pages,
    preview_routes.pages,
    early_closing_routes.pages,
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

CAMPAIGN_LINKS: tuple[CampaignLink, ...] = (
    CampaignLink(
        _("设置和开始投票"), "setup", LOOKERS, _("检查、预览、排期，开始投票"), (DRAFT, SCHEDULED), group="prepare"
    ),
    CampaignLink(
        _("活动信息"), "setup", LOOKERS, _("二维码，修改活动介绍"), (OPEN, CLOSED), group="prepare"
    ),
    CampaignLink(
        _("候选人"), "candidates", WHO_SEE_CANDIDATES, _("名单、主页审核和更正、退出"), by_unit=True, group="prepare"
    ),
    CampaignLink(
        _("提前结束投票"), "close", ("operator", "committee", "supervisor"), _("要两个人，立即封箱"), (OPEN,), group="vote"
    ),
)  # fmt: skip
"""The rooms of one campaign, in flow order."""

CAMPAIGN_FACTS: tuple[MakeFacts, ...] = (setup_facts,)
"""What rooms know of a campaign, on its page at the desk."""

CAMPAIGN_STAGES: tuple[CampaignStage, ...] = (
    CampaignStage(_("认定"), _not_yet),
    CampaignStage(_("评定"), _not_yet),
)
"""What comes after voting, in flow order."""


DESK_SECTIONS: tuple[MakeSection, ...] = (profiles_waiting, departures_waiting, closings_waiting)
"""What waits for an official, on the desk's first page; in the rooms' order."""


def desk_sections(identities: Collection[str]) -> tuple[MakeSection, ...]:
    """The same, with what asks for ``identities``: those of this installation."""
    return (drafts_waiting(identities), *DESK_SECTIONS)
