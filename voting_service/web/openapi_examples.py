"""What the examples of the API's description show: one voter's way through one campaign."""

from __future__ import annotations

from typing import Any

CHALLENGE: dict[str, Any] = {
    "id": "kq4T3VxJ8wYb2LmN.1775602800000.12.o7tQ2kAJc0uYV1Wb9m3oX5",
    "salt": "Wb9m3oX5r7tQ2kAJc0uYV1",
    "puzzles": 16,
    "bits": 12,
}
SUMMARY: dict[str, Any] = {
    "slug": "zui-mei-chan-ye-gong-ren",
    "title": "寻找最美产业工人",
    "organiser": "某市总工会",
    "summary": "在全市产业工人中寻找身边的榜样。",
    "state": "open",
    "opens_at": "2026-04-06T22:00:00.000Z",
    "closes_at": "2026-04-16T16:00:00.000Z",
    "candidates": 20,
    "cover": None,
    "url": "https://vote.example.org/c/zui-mei-chan-ye-gong-ren",
}
RULES: dict[str, Any] = {
    "opens_at": "2026-04-06T22:00:00.000Z",
    "closes_at": "2026-04-16T16:00:00.000Z",
    "timezone": "Asia/Shanghai",
    "daily_hours": ["06:00", "24:00"],
    "min_choices": 1,
    "max_choices": 10,
    "ballots_per_day": 1,
    "ballots_total": None,
    "same_candidate_per_day": None,
    "identities": ["device"],
    "counts": "live",
    "categories": [{"key": "yi-xian", "name": "一线工人", "min_choices": None, "max_choices": 5}],
    "sentence": "每人每天可投 1 次，每次选 1–10 人，每天 06:00–24:00 开放。",
}
CAMPAIGN: dict[str, Any] = SUMMARY | {
    "description": "<p>在全市产业工人中寻找身边的榜样。</p>",
    "voting": RULES,
    "log": "https://vote.example.org/log/zui-mei-chan-ye-gong-ren",
}
CANDIDATE: dict[str, Any] = {
    "number": 3,
    "name": "李梅",
    "organisation": "第一纺织厂",
    "title": "挡车工",
    "category": "yi-xian",
    "summary": "二十年零疵点。",
    "slogan": "",
    "video_url": None,
    "photos": [
        {"url": "https://vote.example.org/photos/5d41402abc4b2a76-960.jpg", "width": 960, "height": 1280}
    ],
    "departed": None,
    "url": "https://vote.example.org/c/zui-mei-chan-ye-gong-ren/candidates/3",
}
NOTICE: dict[str, Any] = {
    "id": 1,
    "title": "关于“寻找最美产业工人”拟定人选的公示",
    "level": "city",
    "state": "open",
    "published_at": "2026-04-20T00:30:00.000Z",
    "first_day": "2026-04-20",
    "last_day": "2026-04-24",
    "accepted_until": "2026-04-24",
    "provisional": False,
    "takes_objections": True,
    "outcome": None,
    "url": "https://vote.example.org/c/zui-mei-chan-ye-gong-ren/notices/1",
}
_SENTENCES = ["公示期自4月20日起至4月24日止，共5个工作日。", "异议受理至4月24日止。"]
_ANSWERED = {"worth": "answered", "text": "个人实名反映的，受理、查核并书面答复。"}
NOTICE_IN_FULL: dict[str, Any] = NOTICE | {
    "sentences": _SENTENCES,
    "document": {
        "type": "notice",
        "campaign": "zui-mei-chan-ye-gong-ren",
        "campaign_title": "寻找最美产业工人",
        "id": 1,
        "level": "city",
        "title": "关于“寻找最美产业工人”拟定人选的公示",
        "organiser": "某市总工会",
        "published_at": "2026-04-20T00:30:00.000Z",
        "text": ["现将拟定人选 1 名予以公示，接受社会监督。"],
        "people": [
            {
                "number": 3,
                "name": "李梅",
                "organisation": "第一纺织厂",
                "title": "挡车工",
                "deeds": "二十年零疵点。",
            }
        ],
        "offices": [
            {
                "department": "宣传教育部",
                "accepts": "",
                "name": "",
                "phone": "0000-0000000",
                "email": "",
                "address": "",
                "postcode": "",
            }
        ],
        "closing": ["反映情况应当实事求是。"],
        "schedule": {
            "first_day": "2026-04-20",
            "last_day": "2026-04-24",
            "accepted_until": "2026-04-24",
            "provisional": False,
            "acceptance_longer_by": 0,
            "unknown_years": [],
            "sentences": _SENTENCES,
            "terms": {
                "workdays": 5,
                "first_day": "by_hour",
                "acceptance_workdays": None,
                "letters": None,
                "workday_starts": "09:00",
            },
        },
        "supplements": None,
        "objections": {
            "named": _ANSWERED,
            "unit": _ANSWERED,
            "anonymous": {"worth": "examined", "text": "匿名反映的，有可核查线索的予以查核，不单独答复。"},
            "decide_within_workdays": 2,
            "reply_within_workdays": 10,
            "sentences": ["个人实名反映的，受理、查核并书面答复。"],
        },
    },
    "steps": [
        {
            "act": "published",
            "at": "2026-04-20T00:30:00.000Z",
            "reason": "",
            "name": "notice-1",
            "sha256": "6940dd20a5a85f5744a7b54355b77e7dc7c36c754b445df55cd06fe6023b69c4",
            "leaf_index": 12,
            "document_url": "https://vote.example.org/log/zui-mei-chan-ye-gong-ren/notice-1.json",
        }
    ],
    "objections": {
        "received": 3,
        "waiting": 1,
        "accepted": 1,
        "under_way": 0,
        "upheld": 0,
        "dismissed": 1,
        "withdrawn": 0,
        "pending": 1,
        "declined": {"no_clue": 1},
        "came_by": {"online": 2, "letter": 1},
    },
}
FORM_TEXT = "7QK2M3XD9ABCDEFG.1775610000000.1775602800000.m.Jc0uYV1Wb9m3oX5r7tQ2kA"
BALLOT: dict[str, Any] = {"form": FORM_TEXT, "choices": [3, 7], "page": {"touches": 5, "traits": []}}
RECEIPT: dict[str, Any] = {
    "tracking_code": "7QK2-M3XD-9ABC-DEFG",
    "ballot_id": "7QK2M3XD9ABCDEFG",
    "stage": "cast",
    "cast_at": "2026-04-08T01:02:03.004Z",
    "choices": [3, 7],
    "signature": "oLxMEIkK0LdH5W8sKmky45I4Bv5Qit8jeuBy6SV+TNz2i6LwJR/NMG30HDIs6fKATidAkKelUGz6aSNxbJnZ8wpVzg0=",
}
CAST: dict[str, Any] = {
    "receipt": RECEIPT,
    "remaining": {"today": 0, "total": None},
    "next_at": "2026-04-08T22:00:00.000Z",
}
STATE: dict[str, Any] = RECEIPT | {
    "campaign": "zui-mei-chan-ye-gong-ren",
    "standing": "counted",
    "reason": None,
    "decision": None,
    "leaf_index": None,
    "inclusion_proof": None,
    "statement": "vote.example.org/log/zui-mei-chan-ye-gong-ren/receipt\n7QK2M3XD9ABCDEFG\n2026-04-08T01:02:03.004Z\n3,7\n",
    "verifier_key": "vote.example.org/log/zui-mei-chan-ye-gong-ren+a0bc4c10+AXHE92O0BfJ1isgGeNrHmcYuEHfOyyzuVdlpg4Oy+XJc",
}
COUNTS: dict[str, Any] = {
    "shown": True,
    "final": False,
    "certified_at": None,
    "counts": {"3": 1204, "7": 998},
    "ballots": 1530,
    "held": {"3": 2, "7": 0},
    "voided": {"3": 0, "7": 41},
    "ballots_held": 2,
    "ballots_voided": 41,
    "as_of": "2026-04-08T01:02:03.004Z",
    "note": "实时票数仅供参考，以认定结果为准。",
}
OBJECTION: dict[str, Any] = {
    "submission": "Wb9m3oX5r7tQ2kAJc0uYV1",
    "candidate": "3",
    "ground": "false_material",
    "statement": "三月五日在二号车间亲眼看到他把别人的工时记在自己名下。",
    "kind": "anonymous",
    "clue": "二号车间三月五日夜班，值班表上有记录。",
}
OBJECTION_LODGED: dict[str, Any] = {
    "docket_number": "GS-2026-7K3M9Q",
    "passcode": "7QK2-M3XD-40RB",
    "received_at": "2026-04-24T01:02:03.004Z",
    "reply_due": "2026-05-12",
}
