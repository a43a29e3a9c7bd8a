"""A PDF that would do something by itself is taken, since it may be evidence, and its handlers are told beside it."""

from __future__ import annotations

from tests.desk import Desk
from tests.dockets import assigned, lodge, publish_notice
from tests.pdfs import pdf
from tests.stage import Stage
from voting_service.attachments.examine import examine

WARNING = "这份 PDF 含有脚本"


def test_its_handlers_are_told_beside_the_file(stage_on: Stage) -> None:
    stage_on.draft()
    committee, handler = Desk(stage_on, "评委会", "committee"), Desk(stage_on, "承办人", "handler")
    publish_notice(stage_on)
    for expected, data in ((0, pdf()), (1, pdf(b"9 0 obj<</S/L#61unch/F(cmd.exe)>>endobj"))):
        number = lodge(stage_on, files=(examine("材料.pdf", data),))
        assigned(stage_on, number, committee, handler)
        page = handler.text(f"/desk/dockets/{number}")
        assert "材料.pdf" in page
        assert page.count(WARNING) == expected
