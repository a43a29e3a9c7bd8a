"""What publicity offers to the composition root: its routes, its places on the desk, what waits there for whom."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from voting_service.accounts.desk_home import DeskRoom, MakeSection
from voting_service.accounts.officials import Role
from voting_service.campaigns.desk_links import CampaignLink, CampaignStage
from voting_service.campaigns.models import CLOSED
from voting_service.text import _
from voting_service.workdays import Calendar

from .award import archive_parts, archive_routes
from .award import desk_routes as award_desk_routes
from .award import routes as award_routes
from .award.awarding import awarded_among
from .award.published import published_lists
from .award.waiting import awards_waiting
from .board import routes as board_routes
from .notices import desk_routes as notice_desk_routes
from .notices.desk_links import NoticeLink
from .notices.from_list import FOLLOWERS, lists_without_notice
from .notices.happenings import notice_happenings
from .notices.listing import notices_waiting
from .objections import api_routes as objection_api_routes
from .objections import return_routes as objection_return_routes
from .objections import routes as objection_routes
from .outcome import desk_routes as outcome_desk_routes
from .outcome import routes as outcome_routes
from .outcome.waiting import notices_to_close, publicised_among
from .rulings import desk_routes as docket_routes
from .rulings import registering_routes
from .rulings.admission import STAFF
from .rulings.overview import overview_section
from .rulings.reminders import desk_section
from .substitutions import desk_routes as substitution_routes
from .substitutions.desk_notes import list_notes, objection_notes
from .substitutions.noticing import compare_supplement
from .substitutions.standing import leaves_from
from .substitutions.waiting import substitutions_waiting

_WHO_SEE_NOTICES: tuple[Role, ...] = ("operator", "committee", "supervisor")

BLUEPRINTS = (
    notice_desk_routes.pages,
    board_routes.pages,
    board_routes.api,
    objection_routes.pages,
    objection_return_routes.pages,
    objection_api_routes.api,
    docket_routes.pages,
    registering_routes.pages,
    substitution_routes.pages,
    outcome_routes.public,
    outcome_desk_routes.desk,
    award_routes.public,
    award_desk_routes.desk,
    archive_routes.desk,
)
"""In flow order."""

DESK_ROOMS = (
    DeskRoom(_("公示公告"), "/desk/notices", _WHO_SEE_NOTICES),
    DeskRoom(_("案卷"), "/desk/dockets", STAFF),
)
"""Publicity in the desk's navigation."""

NOTICE_LINKS = (
    NoticeLink(_("名单变动和递补"), "substitutions", _WHO_SEE_NOTICES, ("published", "closed")),
    NoticeLink(_("结束公示"), "close", ("operator", "committee"), ("published",)),
    NoticeLink(_("查看结果"), "close", ("supervisor",), ("published",)),
    NoticeLink(_("公示结果"), "close", _WHO_SEE_NOTICES, ("closed",)),
)
"""What other rooms do with a notice: buttons on its page at the desk."""

CAMPAIGN_LINKS: tuple[CampaignLink, ...] = (
    CampaignLink(
        _("公示公告"), "/desk/notices", _WHO_SEE_NOTICES, _("起草、发布、延长、结束"), group="publish"
    ),
    CampaignLink(_("案卷"), "/desk/dockets", STAFF, _("异议的受理和处理"), group="publish"),
    CampaignLink(
        _("表彰和证书"), "award", award_desk_routes.WHO_LOOK, _("确认表彰名单，打印证书、决定和感谢信"), (CLOSED,),
        group="publish",
    ),
    CampaignLink(
        _("结项归档"), "archive", award_desk_routes.WHO_LOOK, _("日志、决定、公告、纪要、名单，连同哈希，一个文件带走"),
        (CLOSED,), group="record",
    ),
)  # fmt: skip
"""What publicity does with a campaign: lines on its page at the desk."""

CAMPAIGN_STAGES: tuple[CampaignStage, ...] = (
    CampaignStage(_("公示"), publicised_among, "/desk/notices"),
    CampaignStage(_("表彰"), awarded_among, "award"),
)
"""What comes after the assessment, in flow order."""

LEAVES_FROM = leaves_from
"""Where the leaving of somebody on a published notice is seen to."""

ARCHIVE_PARTS = archive_parts.PARTS
"""What the rooms have to keep of a campaign."""

COMPARE_SUPPLEMENT = compare_supplement
"""What the notices room asks before it publishes a supplement."""


FINAL_LIST_FOLLOWERS = FOLLOWERS
"""What the final list's room asks: whether a notice was published from a list, and how one is drafted."""

HAPPENINGS = (notice_happenings,)
"""What feeds tell of publicity."""

READ_LISTS = published_lists
"""The lists that a result page shows: who was put forward or awarded, as it was made public."""

NOTICE_NOTES = (objection_notes, list_notes)
"""What other rooms know of a published notice, on its page at the desk."""


def desk_sections(zone: ZoneInfo, workdays: Callable[[], Calendar]) -> tuple[MakeSection, ...]:
    """What waits for an official, on the desk's first page; in the rooms' order."""
    return (
        lists_without_notice,
        notices_waiting,
        substitutions_waiting,
        notices_to_close,
        awards_waiting,
        desk_section(zone, workdays),
        overview_section(zone, workdays),
    )
