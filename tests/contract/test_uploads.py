"""Uploads: in memory alone, no further than they may be large, and the rest of the form always arrives."""

from __future__ import annotations

import io
import socket
import tempfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, jsonify, request
from werkzeug.test import Client, TestResponse

from tests.desk import Desk
from tests.stage import Stage
from voting_service.accounts.sessions import COOKIE, csrf_of
from voting_service.web import access, uploads
from wsgi import UPLOADS, make_flask, make_polling_place

MB = 1024**2
PATH = "/c/test/objections/upload"
DESK_PATH = "/desk/upload"


@pytest.fixture
def app(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Flask:
    """The whole app, with two routes that say what came; and no place for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    app = make_flask(stage.service, make_polling_place(stage.service))

    @access.public
    def upload() -> Any:
        if request.args.get("fail"):
            uploads.read_upload(request)
            raise RuntimeError("in the middle")
        came = uploads.read_upload(request)
        return jsonify(
            form=came.form.to_dict(flat=False),
            files=[
                [
                    f.field,
                    f.name,
                    str(f.data.sentence) if isinstance(f.data, uploads.TooLarge) else len(f.data),
                ]
                for f in came.files
            ],
        )

    @access.official()
    @uploads.takes_files
    def desk_upload() -> Any:
        return upload()

    app.add_url_rule(PATH, view_func=upload, methods=["POST"])
    app.add_url_rule(DESK_PATH, view_func=desk_upload, methods=["POST"])
    return app


def send(
    app: Flask, *sizes: int, path: str = PATH, client: Client | None = None, **fields: str
) -> TestResponse:
    """A form with files of these sizes between its fields."""
    parts = [
        _part("before", "1"),
        *(_part("evidence", bytes(size), f"{n}.jpg") for n, size in enumerate(sizes)),
    ]
    parts += [_part(name, value) for name, value in ({"statement": "事实"} | fields).items()]
    return (client or app.test_client()).post(
        path, data=b"".join(parts) + b"--x--\r\n", content_type="multipart/form-data; boundary=x"
    )


def _part(name: str, value: str | bytes, filename: str | None = None) -> bytes:
    # By hand: the test client's own encoder would need the disk that is not there.
    called = f'; filename="{filename}"' if filename else ""
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"{called}\r\n\r\n'
    return head.encode() + (value if isinstance(value, bytes) else value.encode()) + b"\r\n"


def test_a_form_with_files_arrives_whole_without_a_disk(app: Flask) -> None:
    came = send(app, 3 * MB, 12 * MB, 1).get_json()
    assert came["form"] == {"before": ["1"], "statement": ["事实"]}
    assert came["files"] == [
        ["evidence", "0.jpg", 3 * MB],
        ["evidence", "1.jpg", 12 * MB],
        ["evidence", "2.jpg", 1],
    ]


def test_no_files_is_a_form_too(app: Flask) -> None:
    assert send(app).get_json() == {"form": {"before": ["1"], "statement": ["事实"]}, "files": []}
    plain = app.test_client().post(PATH, data={"statement": "事实"})
    assert plain.get_json() == {"form": {"statement": ["事实"]}, "files": []}
    nothing_chosen = app.test_client().post(
        PATH, data={"evidence": (io.BytesIO(b""), "")}, content_type="multipart/form-data"
    )
    assert nothing_chosen.get_json()["files"] == []


def test_an_empty_file_is_there_to_be_refused_by_its_content(app: Flask) -> None:
    assert send(app, 0).get_json()["files"] == [["evidence", "0.jpg", 0]]


def test_a_file_of_200_mb_is_named_and_the_rest_arrives(app: Flask) -> None:
    came = send(app, 100, 200 * MB, 200).get_json()
    assert came["form"]["statement"] == ["事实"]
    assert came["files"] == [
        ["evidence", "0.jpg", 100],
        ["evidence", "1.jpg", "太大，单个文件最多 20 MB。"],
        ["evidence", "2.jpg", 200],
    ]


def test_all_together_and_how_many(app: Flask) -> None:
    together = send(app, 15 * MB, 15 * MB, 15 * MB, 5 * MB).get_json()["files"]
    assert [size for _field, _name, size in together] == [
        15 * MB, 15 * MB, "同其他文件加在一起太大，合计最多 40 MB。", 5 * MB,
    ]  # fmt: skip
    many = send(app, *[1] * (UPLOADS.files + 2)).get_json()["files"]
    assert [size for _field, _name, size in many] == [1] * 9 + ["超出了数量，一次最多 9 个文件。"] * 2


def test_more_than_is_read_at_all_is_refused_with_the_limits_in_words(app: Flask) -> None:
    refused = app.test_client().post(
        PATH, data=b"--x", content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(uploads.MOST_READ + 1)},
    )  # fmt: skip
    assert refused.status_code == 413
    assert "合计 40 MB" in refused.text
    assert send(app, **{f"f{n}": "x" for n in range(120)}).status_code == 413
    assert send(app, statement="长" * 200_000).status_code == 413


def test_the_page_to_which_nginx_leads(app: Flask) -> None:
    page = app.test_client().get("/uploads/too-large")
    assert page.status_code == 413
    assert "最多 9 个文件，合计 40 MB" in page.text
    problem = app.test_client().get("/uploads/too-large", headers={"Accept": "application/problem+json"})
    assert (problem.status_code, problem.get_json()["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("cut", [1, 40, 200, 5000])
def test_a_body_that_ends_in_the_middle_is_no_form(app: Flask, cut: int) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="statement"\r\n\r\nfacts\r\n'
        b'--x\r\nContent-Disposition: form-data; name="evidence"; filename="a.jpg"\r\n\r\n' + bytes(9000) + b"\r\n--x--\r\n"
    )  # fmt: skip
    kind = "multipart/form-data; boundary=x"
    assert app.test_client().post(PATH, data=body, content_type=kind).status_code == 200
    for headers in ({}, {"Content-Length": str(len(body))}):
        refused = app.test_client().post(PATH, data=body[: -4 - cut], content_type=kind, headers=headers)
        assert refused.status_code == 400
        assert "内容没有传完" in refused.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("text/plain", b"statement=x"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=y", b"--x\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", b"garbage"),
    ],
)
def test_what_is_no_form_is_refused(app: Flask, kind: str, body: bytes) -> None:
    refused = app.test_client().post(PATH, data=body, content_type=kind)
    assert refused.status_code == 400
    assert "Traceback" not in refused.text


def test_all_other_routes_keep_their_64_kb(app: Flask, stage: Stage) -> None:
    stage.campaign()
    large = {"form": "x", "evidence": (io.BytesIO(bytes(70_000)), "a.jpg")}
    assert app.test_client().post("/c/test", data=large).status_code == 413
    assert app.test_client().post(PATH, data={"statement": "x" * 70_000}).status_code == 413


def test_no_more_at_once_than_fit_and_a_place_is_given_back(app: Flask) -> None:
    places = app.extensions["uploads"].places
    for _again in range(3 * uploads.AT_ONCE):
        assert send(app, 10).status_code == 200
        assert send(app, uploads.SMALL).status_code == 200
        assert send(app, 10, path=PATH + "?fail=1").status_code == 500
        assert app.test_client().post(PATH, data=b"x", content_type="application/json").status_code == 400
    others = [places.take(f"192.0.2.{n}") for n in range(uploads.AT_ONCE)]
    for size in (10, uploads.SMALL):
        busy = send(app, size)
        assert busy.status_code == 503
        assert busy.headers["Retry-After"]
        assert "现在上传的人太多" in busy.text
    assert send(app).status_code == 200, "text alone needs no place"
    assert app.test_client().get("/").status_code == 200
    others[0].leave()
    assert send(app, 10).status_code == 200


def test_one_address_or_one_household_takes_only_its_share(app: Flask) -> None:
    places = app.extensions["uploads"].places
    for _one in range(uploads.AT_ONCE_EACH):
        places.take("127.0.0.1")
    assert send(app, 10).status_code == 503
    elsewhere = {"REMOTE_ADDR": "198.51.100.9"}
    client = app.test_client()
    form = {"evidence": (io.BytesIO(b"x"), "a.jpg")}
    assert client.post(PATH, data=form, environ_overrides=elsewhere).status_code == 200
    for n in range(uploads.AT_ONCE_EACH):
        places.take(f"2001:db8:1:{n}::1")
    with pytest.raises(uploads.UploadsBusy):
        places.take("2001:db8:1:ff::1")


def test_who_sends_too_slowly_gives_the_place_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that stalls for ever, over a real connection: what it has sent is all that ever comes."""
    monkeypatch.setattr(uploads, "READ_WITHIN_S", 0.01)
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as body:
        theirs.sendall(_part("statement", "事实") + b"--x\r\n")
        answer = app.test_client().post(
            PATH,
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"wsgi.input": body, "CONTENT_LENGTH": str(MB), "gunicorn.socket": ours},
        )
        assert answer.status_code == 400
        assert "内容没有传完" in answer.text
        assert ours.send(b"the answer can be sent") > 0
    for n in range(uploads.AT_ONCE):
        app.extensions["uploads"].places.take(f"192.0.2.{n}")


def test_on_the_desk_the_guard_reads_the_same_form_first(app: Flask, stage: Stage) -> None:
    desk = Desk(stage, "张三", "handler")
    client = app.test_client()
    client.set_cookie(COOKIE, desk.secret)
    came = send(app, 3 * MB, path=DESK_PATH, client=client, csrf=csrf_of(desk.secret))
    assert came.get_json()["files"] == [["evidence", "0.jpg", 3 * MB]]
    assert send(app, 3 * MB, path=DESK_PATH, client=client, csrf="x").status_code == 403
    assert send(app, 3 * MB, path=DESK_PATH).status_code == 401
