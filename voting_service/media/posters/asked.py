"""What a poster's address asks for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ...errors import Problem, ProblemsFound
from ...evidence.provenance import is_site
from ...text import _
from .papers import PAPERS, Paper


@dataclass(frozen=True)
class Asked:
    """Paper, site code, and what one may choose besides."""

    paper: Paper
    site: str = ""
    logo: bool = False
    bleed: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """From an address' query. Raises ProblemsFound with everything that is wrong."""
        problems = []
        paper = PAPERS.get(given.get("paper") or "a4")
        if paper is None:
            known = "、".join(PAPERS)
            problems.append(Problem("paper", _("没有这种纸张，可选：%(known)s。", known=known)))
        site = given.get("q", "")
        if site and not is_site(site):
            problems.append(
                Problem("q", _("投放点代号只能用字母、数字、“-”和“_”，最多 24 个字符，以字母或数字开头。"))
            )
        if problems or paper is None:
            raise ProblemsFound(problems, problems[0].sentence if len(problems) == 1 else None)
        return cls(paper, site, given.get("logo") == "1", given.get("bleed") == "1")

    def query(self, **changes: str) -> str:
        """The same as a query, with ``?``; changed and without what is empty."""
        wanted = {
            "paper": self.paper.key,
            "q": self.site,
            "logo": "1" if self.logo else "",
            "bleed": "1" if self.bleed else "",
        } | changes
        parts = [f"{name}={value}" for name, value in wanted.items() if value]
        return "?" + "&".join(parts)
