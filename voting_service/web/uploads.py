"""Files in a form: read in memory only, and no further than they may be large.

Nothing of it is ever written to a disk in plain, which the usual parser does with anything over half a megabyte. What is
too large is read and dropped, so that the rest of the form still arrives and the page can say which file it was.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from flask import Blueprint, Flask, Request, current_app, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from anti_fraud.networks.prefixes import prefix_of

from ..errors import BadFile, Unavailable, VotingError
from ..text import _
from . import access, nul

MOST_READ = 256 * 1024**2
"""Bytes of a body that are read at all, dropped or not; nginx in front stops much earlier."""
MOST_FIELDS = 100
MOST_FIELD_BYTES = 256 * 1024
"""The parser's own buffer counts as well, so this must be more than its 64 KB."""
AT_ONCE = 8
"""Uploads in a process at the same time: with 40 MB each they fit into the memory of a small machine, and while their
pictures are decoded other threads are left for whoever votes."""
AT_ONCE_EACH = 3
"""Of these, from one address: so that a single sender shuts nobody out."""
SMALL = 64 * 1024
"""Bytes of a form that is read without having a place: text alone is never more."""
READ_WITHIN_S = 180
"""Of a body that has a place. nginx sends in an instant what it has collected; this is for whoever gets past it."""

View = TypeVar("View", bound=Callable[..., Any])


class UploadTooLarge(VotingError):
    """More than is read at all."""

    code = "payload_too_large"


class BadUpload(VotingError):
    """The body is no form, or ends in the middle."""

    code = "bad_request"


class UploadsBusy(Unavailable):
    """Others are uploading already, as many as there is room for."""


class TooLarge(BadFile):
    """A file whose content was dropped, in the place of its content."""


@dataclass(frozen=True)
class ReceivedFile:
    """One file of a form."""

    field: str
    name: str
    """As its sender calls it: not to be believed, and not for a log."""
    data: bytes | TooLarge

    def __repr__(self) -> str:
        return f"ReceivedFile(field={self.field!r})"


@dataclass(frozen=True, repr=False)
class Upload:
    """A form with its files."""

    form: MultiDict[str, str]
    files: tuple[ReceivedFile, ...]
    """In the order in which they were chosen; an empty file field gives none."""


@dataclass(frozen=True)
class Limits:
    """How much is kept of what comes."""

    files: int
    each: int
    """Bytes."""
    together: int
    """Bytes."""


class _Intake:
    """What has come of one request so far."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.files = 0
        self.kept = 0

    def too_many(self) -> TooLarge:
        most = self.limits.files
        return TooLarge(_("超出了数量，一次最多 %(most)s 个文件。", most=most), _("其余的请以后补交。"))

    def too_large(self) -> TooLarge:
        most = self.limits.each // 1024**2
        return TooLarge(_("太大，单个文件最多 %(most)s MB。", most=most), _("请缩小或截取有关的部分后再试。"))

    def too_much(self) -> TooLarge:
        most = self.limits.together // 1024**2
        return TooLarge(
            _("同其他文件加在一起太大，合计最多 %(most)s MB。", most=most),
            _("请分几次提交，其余的以后补交。"),
        )


class _Content(io.BytesIO):
    """A file as it arrives; emptied, and kept empty, once it is too large."""

    def __init__(self, intake: _Intake) -> None:
        super().__init__()
        self._intake = intake
        self.refused: TooLarge | None = None
        self.size = 0

    def write(self, data: Any) -> int:
        """Keep or drop; the sender does not notice."""
        if data and self.size == 0:
            self._intake.files += 1
            if self._intake.files > self._intake.limits.files:
                self.refused = self._intake.too_many()
        self.size += len(data)
        if self.refused is None:
            self._intake.kept += len(data)
            if self.size > self._intake.limits.each:
                self._drop(self._intake.too_large())
            elif self._intake.kept > self._intake.limits.together:
                self._drop(self._intake.too_much())
            else:
                super().write(data)
        return len(data)

    def _drop(self, refusal: TooLarge) -> None:
        self.refused = refusal
        self._intake.kept -= self.size
        self.seek(0)
        self.truncate()

    def content(self) -> bytes | TooLarge:
        """What is kept."""
        return self.refused or self.getvalue()


class _Parser(FormDataParser):
    """As werkzeug's, but what cannot be read is an error and not an empty form."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Raises BadUpload and UploadTooLarge."""
        self.silent = False
        try:
            return super().parse(*args, **kwargs)
        except RequestEntityTooLarge:
            too_large()
        except (ClientDisconnected, ValueError) as error:
            raise BadUpload(
                _("内容没有传完，可能是网络中断了。"), _("请返回上一页再提交一次，填写的内容还在。")
            ) from error


class InMemoryRequest(Request):
    """A request that never spools a file to the disk, but for officials' folders (``staged_uploads``)."""

    intake: _Intake | None = None
    sink: Callable[[], Any] | None = None
    """Where the files of an official's folder go."""
    place: Place | None = None

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> Any:
        if self.sink is not None:
            return self.sink()
        return io.BytesIO() if self.intake is None else _Content(self.intake)

    def _load_form_data(self) -> None:
        # Here and not before the route: who reads a form decides how much of it is read. Raises BadRequest.
        if "form" not in self.__dict__:
            super()._load_form_data()
            nul.refuse_in(self.form.items(multi=True))

    def make_form_data_parser(self) -> FormDataParser:
        """Ours, where files are expected."""
        if self.intake is not None or self.sink is not None:
            self.form_data_parser_class = _Parser
        return super().make_form_data_parser()


class Places:
    """How many may upload at once, and how many of them from one address."""

    def __init__(self, at_once: int = AT_ONCE, each: int = AT_ONCE_EACH) -> None:
        self._at_once, self._each = at_once, each
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    def take(self, address: str) -> Place:
        """One of them, until it is left. Raises UploadsBusy."""
        # A household has a whole prefix of IPv6, and could come from another address of it each time.
        who = prefix_of(address) if ":" in address else address
        with self._lock:
            if self._taken.total() >= self._at_once or self._taken[who] >= self._each:
                raise UploadsBusy(_("现在上传的人太多，请过半分钟再提交，填写的内容还在。"))
            self._taken[who] += 1
        return Place(self, who)

    def leave(self, who: str) -> None:
        """Give one back."""
        with self._lock:
            self._taken[who] -= 1
            self._taken += Counter()  # forgets whoever has none


@dataclass
class Place:
    """One of them, taken."""

    places: Places
    who: str
    deadline: threading.Timer | None = None

    def read_within(self, seconds: float, connection: socket.socket | None) -> None:
        """End what is sent too slowly: to whoever reads, the body then ends in the middle."""
        if connection is not None:
            self.deadline = threading.Timer(seconds, _stop_reading, (connection,))
            self.deadline.daemon = True
            self.deadline.start()

    def is_read(self) -> None:
        """The body has arrived."""
        if self.deadline is not None:
            self.deadline.cancel()

    def leave(self) -> None:
        """For the next."""
        self.is_read()
        self.places.leave(self.who)


def _stop_reading(connection: socket.socket) -> None:
    # Not close(): the answer that says so is still to be sent.
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RD)


@dataclass(frozen=True)
class _Desk:
    """What an app has for uploads."""

    limits: Limits
    places: Places


def install(app: Flask, limits: Limits) -> None:
    """Attach to the app: before whoever reads a form in ``before_request``."""
    app.request_class = InMemoryRequest
    app.extensions["uploads"] = _Desk(limits, Places())
    app.before_request(_expect_files)
    app.teardown_request(_give_place_back)


def takes_files(view: View) -> View:
    """For a view whose form is read before it is entered: the desk's guard looks for ``csrf`` in it."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def read_upload(request: Request) -> Upload:
    """The form of this request and its files, in memory. Raises BadUpload, UploadTooLarge and UploadsBusy.

    A request with files, or too large to be without, keeps its place among those that may upload at once until it is
    answered: that is how long its files are in memory, and a thread is busy with them. Text alone needs none.
    """
    ours = _prepared(request)
    if ours.mimetype not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise BadUpload(_("提交的不是表单。"), _("请从页面上的表单提交。"))
    try:
        form, files = ours.form, ours.files
    except RequestEntityTooLarge:
        too_large()
    if ours.place is not None:
        ours.place.is_read()
    received = [
        ReceivedFile(field, part.filename or "", part.stream.content())  # type: ignore[attr-defined]
        for field, part in files.items(multi=True)
        # A file field in which nothing was chosen comes as a part without a name.
        if part.filename or part.stream.size  # type: ignore[attr-defined]
    ]
    if received:
        _take_place(ours)
    return Upload(form, tuple(received))


def too_large() -> NoReturn:
    """Raises UploadTooLarge, with the limits in words."""
    limits = _desk().limits
    raise UploadTooLarge(
        _("提交的内容太大：一次最多 %(files)s 个文件，合计 %(most)s MB。",
          files=limits.files, most=limits.together // 1024**2),
        _("请返回上一页，去掉或缩小最大的文件后再提交，填写的内容还在；其余的可以以后补交。"),
    )  # fmt: skip


def _prepared(request: Request) -> InMemoryRequest:
    if not isinstance(request, InMemoryRequest):
        raise TypeError("uploads.install has not been called for this app")
    if request.intake is None:
        request.intake = _Intake(_desk().limits)
        # A form without files is read whole before it is looked at: the app's own limit stays for it.
        if request.mimetype == "multipart/form-data":
            request.max_content_length = MOST_READ
            request.max_form_memory_size = MOST_FIELD_BYTES
            request.max_form_parts = MOST_FIELDS
            if request.content_length is None or request.content_length > SMALL:
                place = _take_place(request)
                place.read_within(READ_WITHIN_S, request.environ.get("gunicorn.socket"))
    return request


def _desk() -> _Desk:
    desk: _Desk = current_app.extensions["uploads"]
    return desk


def _take_place(request: InMemoryRequest) -> Place:
    if request.place is None:
        request.place = _desk().places.take(request.remote_addr or "")
    return request.place


def _expect_files() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method == "POST" and getattr(view, "takes_files", False):
        _prepared(request)


def _give_place_back(_error: BaseException | None) -> None:
    place: Place | None = getattr(request, "place", None)
    if place is not None:
        place.leave()
        request.place = None  # type: ignore[attr-defined]


pages = Blueprint("uploads", __name__)


@pages.get("/uploads/too-large")
@access.public
def too_large_page() -> NoReturn:
    """Where nginx leads whoever sends more than it takes."""
    too_large()
