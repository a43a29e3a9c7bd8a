"""What voting_service offers to the composition root: its routes, its places on the desk, what it keeps sealed."""

from __future__ import annotations

from collections.abc import Collection

from .accounts import account_routes as own_account_routes
from .accounts import desk_routes as officials_routes
from .accounts import routes as account_routes
from .accounts import second_factor
from .accounts.api_tokens import desk_routes as token_desk_routes
from .accounts.api_tokens.standing import LOOKERS as TOKEN_LOOKERS
from .accounts.api_tokens.waiting import tokens_ending
from .accounts.desk_home import DeskRoom, MakeSection
from .accounts.officials import Role
from .accounts.waiting import account_section
from .assessment.final_list import desk_routes as final_list_routes
from .assessment.final_list.asking import question_about
from .assessment.final_list.queries import listed_among
from .assessment.final_list.waiting import lists_waiting
from .assessment.scoring import desk_routes as scoring_routes
from .assessment.scoring.waiting import assessment_waiting
from .assessment.standings import assessed_among
from .assessment.worksheet import desk_routes as worksheet_routes
from .assessment.worksheet.waiting import worksheets_waiting
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
from .campaigns.models import CLOSED, DRAFT, OPEN, SCHEDULED
from .candidates import routes as candidate_routes
from .candidates.intake import desk_routes as intake_routes
from .candidates.profiles import desk_routes as profile_routes
from .candidates.profiles.desk_page import WHO as WHO_SEE_CANDIDATES
from .candidates.profiles.waiting import profiles_waiting
from .committee import desk_routes as motion_routes
from .committee.waiting import motions_waiting
from .evidence import record, views
from .journal_desk import desk_routes as journal_routes
from .journal_desk.seen import READERS as JOURNAL_READERS
from .media.descriptions import routes as description_routes
from .media.embeds import desk_routes as embed_desk_routes
from .media.embeds import routes as embed_routes
from .media.kit import desk_routes as kit_desk_routes
from .media.kit import routes as kit_routes
from .media.kit.contents import KitPart
from .media.partners import desk_routes as media_desk_routes
from .media.partners.keeping import LOOKERS as MEDIA_LOOKERS
from .media.posters import desk_routes as poster_desk_routes
from .media.posters import routes as poster_routes
from .media.posters.kit_part import posters_in_kit
from .media.results import routes as result_routes
from .media.share_image import routes as share_image_routes
from .recorder import routes as recorder_routes
from .recorder.early_closing import desk_routes as early_closing_routes
from .recorder.early_closing.waiting import closings_waiting
from .scanning import live
from .sealed import SealedColumn
from .tally import desk_routes as tally_desk_routes
from .tally import routes as tally_routes
from .tally.certification import desk_routes as certification_routes
from .tally.certification.desk_page import certifications_waiting
from .tally.certification.queries import certified_among
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
    result_routes.pages,
    description_routes.pages,
    account_routes.pages,
    own_account_routes.pages,
    officials_routes.pages,
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
    scoring_routes.pages,
    worksheet_routes.pages,
    final_list_routes.pages,
    intake_routes.pages,
    profile_routes.pages,
    leaving_routes.pages,
    setup_routes.pages,
    preview_routes.pages,
    early_closing_routes.pages,
    embed_routes.pages,
    media_desk_routes.pages,
    embed_desk_routes.pages,
    kit_routes.pages,
    kit_desk_routes.pages,
    poster_routes.pages,
    poster_desk_routes.pages,
    share_image_routes.pages,
)
"""In flow order."""

MOTION_SUBJECTS = (question_about,)
"""Who knows what the committee is to be asked about a subject."""

SEALED: tuple[SealedColumn, ...] = (
    *second_factor.SEALED,
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
)
"""The desk's navigation: what selections are done in."""

OFFICE_ROOMS: tuple[DeskRoom, ...] = (
    DeskRoom(_("工作人员"), "/desk/officials", ("admin", "supervisor")),
    DeskRoom(_("工作日志"), "/desk/journal", JOURNAL_READERS),
    DeskRoom(_("接口令牌"), "/desk/api-tokens", TOKEN_LOOKERS),
    DeskRoom(_("事件推送"), "/desk/webhooks", endpoints.LOOKERS),
)
"""The same: who works here, and what with."""

_LOOKERS: tuple[Role, ...] = ("operator", "committee", "supervisor")
_VOTED = (OPEN, CLOSED)

CAMPAIGN_LINKS: tuple[CampaignLink, ...] = (
    CampaignLink(
        _("设置和开始投票"), "setup", LOOKERS, _("检查、预览、排期，开始投票"), (DRAFT, SCHEDULED), group="prepare"
    ),
    CampaignLink(
        _("活动信息"), "setup", LOOKERS, _("二维码，修改活动介绍"), _VOTED, group="prepare"
    ),
    CampaignLink(
        _("候选人"), "candidates", WHO_SEE_CANDIDATES, _("名单、主页审核和更正、退出"), by_unit=True, group="prepare"
    ),
    CampaignLink(
        _("海报"), "posters", LOOKERS, _("海报、易拉宝、桌卡，各投放点的扫码人数"), (SCHEDULED, *_VOTED), group="prepare"
    ),
    CampaignLink(
        _("实时看板"), "board", board_routes.LOOKERS, _("票数、趋势、来源和系统状态，随入账更新"), _VOTED, group="vote"
    ),
    CampaignLink(
        _("票数大屏"), "screen", board_routes.LOOKERS, _("只显示可以公开的数字，适合投影"), _VOTED, group="vote"
    ),
    CampaignLink(
        _("异常票群"), "clusters", _LOOKERS, _("排查结果、证据和对照；先判断，再看候选人"), _VOTED, group="vote"
    ),
    CampaignLink(
        _("对选票的决定"), "decisions", _LOOKERS, _("待核、作废、恢复；一人提出，另一人确认"), _VOTED, group="vote"
    ),
    CampaignLink(
        _("提前结束投票"), "close", _LOOKERS, _("要两个人，立即封箱"), (OPEN,), group="vote"
    ),
    CampaignLink(
        _("认定计票结果"), "certification", certification_routes.LOOKERS, _("核对账目，评委逐一签认，写入日志"), (CLOSED,)
    ),
    CampaignLink(_("我的评分表"), "scores", ("judge",), _("看事迹、打分、提交"), _VOTED),
    CampaignLink(_("打分进度"), "scores/round", _LOOKERS, _("谁交了表、回避、截止时间"), _VOTED),
    CampaignLink(_("测算表"), "assessment", _LOOKERS, _("综合得分、名次、定稿"), _VOTED),
    CampaignLink(_("最终名单"), "list", _LOOKERS, _("名额线、结构比例、递补顺序，确认后起草公示"), _VOTED),
    CampaignLink(_("评委会表决"), "motions", motion_routes.LOOKERS, _("签到，无记名投票，自动生成纪要")),
    CampaignLink(
        _("媒体和嵌入"), "media", MEDIA_LOOKERS, _("嵌入代码、合作媒体和统计、素材包"), group="publish"
    ),
    CampaignLink(
        _("计票"), "tally", _LOOKERS, _("计入、待核、作废，附检查点；怎样重新计票"), _VOTED, group="record"
    ),
    CampaignLink(_("导出"), "exports", _LOOKERS, _("计票、决定、候选名单、证据文件、归档"), group="record"),
    CampaignLink(_("工作日志"), "journal", JOURNAL_READERS, _("这次评选中谁办了什么"), group="record"),
)  # fmt: skip
"""The rooms of one campaign, in flow order."""

CAMPAIGN_FACTS: tuple[MakeFacts, ...] = (setup_facts,)
"""What rooms know of a campaign, on its page at the desk."""

CAMPAIGN_STAGES: tuple[CampaignStage, ...] = (
    CampaignStage(_("认定"), certified_among, "certification"),
    CampaignStage(_("评定"), assessed_among, "assessment"),
    CampaignStage(_("名单"), listed_among, "list"),
)
"""What comes after voting, in flow order."""

MEDIA_KIT_PARTS: tuple[KitPart, ...] = (posters_in_kit,)
"""What rooms add to every media kit."""

DESK_SECTIONS: tuple[MakeSection, ...] = (
    account_section,
    profiles_waiting,
    departures_waiting,
    closings_waiting,
    decisions_waiting,
    motions_waiting,
    certifications_waiting,
    assessment_waiting,
    worksheets_waiting,
    lists_waiting,
    tokens_ending,
    webhooks_waiting,
)
"""What waits for an official, on the desk's first page; in the rooms' order."""


def desk_sections(identities: Collection[str]) -> tuple[MakeSection, ...]:
    """The same, with what asks for ``identities``: those of this installation."""
    return (drafts_waiting(identities), *DESK_SECTIONS)
