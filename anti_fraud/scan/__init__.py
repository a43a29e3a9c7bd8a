"""After the fact: which recorded ballots look like one hand? Columns in, verdicts and clusters out; nothing is stored."""

from anti_fraud.scan.columns import Ballots, Coded, Views, ballots_of, concatenate, views_of
from anti_fraud.scan.detect import VERDICTS, Outcome, scan
from anti_fraud.scan.files import scan_files, write_ballots, write_outcome, write_views
from anti_fraud.scan.problems import EvidenceRefused, Problem

__all__ = [
    "VERDICTS",
    "Ballots",
    "Coded",
    "EvidenceRefused",
    "Outcome",
    "Problem",
    "Views",
    "ballots_of",
    "concatenate",
    "scan",
    "scan_files",
    "views_of",
    "write_ballots",
    "write_outcome",
    "write_views",
]
