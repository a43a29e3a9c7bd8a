"""A folder is the same as a directory and as a .zip, and a hostile .zip gets nowhere."""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from voting_service.candidates import folder as folder_module
from voting_service.candidates.folder import open_folder
from voting_service.candidates.layout import PhotoFile, layout_of
from voting_service.errors import ProblemsFound

FILES = {"campaign.toml": b"slug", "candidates.csv": b"number", "photos/1.jpg": b"jpeg", "说明.txt": b"x"}


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def contents(path: Path) -> dict[str, bytes]:
    with open_folder(path) as folder:
        return {name: folder.read(name, 1000) for name in folder.names}


def problems(path: Path) -> list[str]:
    with pytest.raises(ProblemsFound) as caught, open_folder(path):
        pass
    return [str(problem) for problem in caught.value.problems]


def test_a_directory_and_a_zip_are_the_same(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / "dir" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "dir" / name).write_bytes(data)
    assert contents(tmp_path / "dir") == contents(zipped(tmp_path / "a.zip", FILES)) == FILES


def test_one_folder_around_everything_is_taken_off(tmp_path: Path) -> None:
    wrapped = {f"评选 2026/{name}": data for name, data in FILES.items()}
    assert (
        contents(zipped(tmp_path / "a.zip", {**wrapped, "__MACOSX/评选 2026/._campaign.toml": b""})) == FILES
    )


def test_what_systems_leave_behind_is_ignored(tmp_path: Path) -> None:
    noise = dict.fromkeys(
        (
            *("__MACOSX/._campaign.toml", ".DS_Store", "photos/.DS_Store", "photos/Thumbs.db", "desktop.ini"),
            *("~$candidates.xlsx", ".git/config", "photos/._1.jpg"),
        ),
        b"x",
    )
    assert contents(zipped(tmp_path / "a.zip", {**FILES, **noise})) == FILES
    for name, data in {**FILES, **noise}.items():
        (tmp_path / "dir" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "dir" / name).write_bytes(data)
    assert contents(tmp_path / "dir") == FILES


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_names_are_read_from_zips_that_do_not_say_their_encoding(
    tmp_path: Path, encoding: str
) -> None:
    raw = "评选/说明书.txt".encode(encoding)
    placeholder = "x" * len(raw)
    path = zipped(tmp_path / "a.zip", {placeholder: b"1", "评选/campaign.toml"[3:]: b"2"})
    path.write_bytes(path.read_bytes().replace(placeholder.encode(), raw))
    assert contents(path) == {"评选/说明书.txt": b"1", "campaign.toml": b"2"}


@pytest.mark.parametrize(
    "name",
    [
        "../campaign.toml",
        "photos/../../x.jpg",
        "/etc/passwd",
        "..\\x.toml",
        "C:\\x.toml",
        "\\\\host\\x",
        "a\nb.txt",
    ],
)
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    (problem,) = problems(zipped(tmp_path / "a.zip", {**FILES, name: b"x"}))
    assert problem.endswith("文件名指向文件夹之外，或者含有不允许的字符。")


def test_backslashes_of_a_careless_zip_program_are_folders(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"campaign.toml": b"x", "photos\\1.jpg": b"y"})
    assert contents(path) == {"campaign.toml": b"x", "photos/1.jpg": b"y"}


def test_links_are_refused_in_a_zip_and_in_a_directory(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("photos/2.jpg")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped(tmp_path / "a.zip", FILES)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    expected = ["photos/2.jpg：是一个链接，不是文件。 请把它指向的文件复制进来。"]
    assert problems(path) == expected
    (tmp_path / "dir/photos").mkdir(parents=True)
    (tmp_path / "dir/campaign.toml").write_bytes(b"")
    (tmp_path / "dir/photos/2.jpg").symlink_to("/etc/passwd")
    assert problems(tmp_path / "dir") == expected
    (tmp_path / "dir/photos/2.jpg").unlink()
    (tmp_path / "dir/more").symlink_to(tmp_path)
    assert problems(tmp_path / "dir") == ["more：是一个链接，不是文件。 请把它指向的文件复制进来。"]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "candidates.csv")
    assert problems(tmp_path) == ["candidates.csv：不是普通文件。"]


def test_a_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("campaign.toml", b"\0" * (80 * 1024**2))
    (problem,) = problems(tmp_path / "a.zip")
    assert problem == "a.zip：解压后有 80 MB，不像一个活动文件夹。"


def test_a_member_that_lies_about_its_size_is_not_read_past_its_bound(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"campaign.toml": b"\0" * 5_000_000})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 100)
    path.write_bytes(data)
    with open_folder(path) as folder, pytest.raises(ProblemsFound) as caught:
        folder.read("campaign.toml", 1000)
    assert "在 zip 里已经损坏" in str(caught.value)


def test_members_that_share_one_body_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"1.txt": os.urandom(1_000_000)})
    data = path.read_bytes()
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry = data[at:end]
    entries = b"".join(entry.replace(b"1.txt", f"{n:05}".encode()) for n in range(400))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 400, 400, len(entries), at, 0)
    path.write_bytes(data[:at] + entries + tail)
    (problem,) = problems(path)
    assert problem.endswith("不像一个活动文件夹。")


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MOST_FILES", 3)
    files = {f"{n}.txt": b"" for n in range(4)}
    assert problems(zipped(tmp_path / "a.zip", files)) == ["a.zip：文件太多，最多 3 个。"]
    for name in files:
        (tmp_path / "dir").mkdir(exist_ok=True)
        (tmp_path / "dir" / name).write_bytes(b"")
    assert problems(tmp_path / "dir")[0].endswith("文件太多，最多 3 个。")


def test_a_directory_of_millions_is_refused_before_it_is_in_memory(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", FILES)
    data = bytearray(path.read_bytes())
    struct.pack_into("<L", data, data.rindex(b"PK\x05\x06") + 12, 500_000_000)
    path.write_bytes(data)
    assert problems(path) == ["a.zip：文件太多，最多 5000 个。"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_bounded_are_refused(tmp_path: Path, method: int) -> None:
    path = zipped(tmp_path / "a.zip", {"campaign.toml": b"x"}, method)
    assert problems(path) == ["campaign.toml：用了少见的压缩方式。 请用系统自带的 zip 压缩。"]


def test_an_encrypted_zip_is_said_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"campaign.toml": b"x"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert problems(path) == ["campaign.toml：zip 设了密码。 请去掉密码重新压缩。"]


def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", {"campaign.toml": b"x"})
    with (
        zipfile.ZipFile(tmp_path / "a.zip", "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("campaign.toml", b"y")
    assert problems(tmp_path / "a.zip") == ["campaign.toml：在 zip 里出现了两次。"]


@pytest.mark.parametrize("data", [b"", b"Rar!\x1a\x07\x00", b"PK\x05\x06", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_is_said_so(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    (problem,) = problems(tmp_path / "a.zip")
    assert problem.startswith("a.zip：")
    assert problems(tmp_path / "none.zip")[0].endswith("没有这个文件夹或 zip 文件。")


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"campaign.toml": b"slug = 'abc'" * 20}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"slug", b"slag", 1))
    with open_folder(path) as folder, pytest.raises(ProblemsFound) as caught:
        folder.read("campaign.toml", 1000)
    assert [problem.where for problem in caught.value.problems] == ["campaign.toml"]


def test_a_file_larger_than_its_bound_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "a.zip", tmp_path / "dir"):
        if path.suffix:
            zipped(path, {"campaign.toml": b"x" * 2_000_000})
        else:
            path.mkdir()
            (path / "campaign.toml").write_bytes(b"x" * 2_000_000)
        with open_folder(path) as folder, pytest.raises(ProblemsFound) as caught:
            folder.read("campaign.toml", 1024**2)
        assert str(caught.value.problems[0]) == "campaign.toml：文件太大，最多 1 MB。"


def test_any_bytes_at_all_give_problems_and_nothing_else(tmp_path: Path) -> None:
    good = zipped(tmp_path / "good.zip", FILES).read_bytes()
    for at in range(0, len(good), 3):
        broken = bytearray(good)
        broken[at] ^= 0xFF
        (tmp_path / "a.zip").write_bytes(broken)
        with contextlib.suppress(ProblemsFound):
            contents(tmp_path / "a.zip")


def test_every_file_has_its_part() -> None:
    layout = layout_of(
        ["Campaign.TOML", "candidates.xlsx", "photos/01-2.JPG", "photos/1.png", "photos/Cover.webp"]
    )
    assert (layout.campaign, layout.table) == ("Campaign.TOML", "candidates.xlsx")
    assert layout.photos == (
        PhotoFile("photos/Cover.webp", None, 1),
        PhotoFile("photos/1.png", 1, 1),
        PhotoFile("photos/01-2.JPG", 1, 2),
    )
    assert (layout.problems, layout.warnings) == ((), ())


def test_missing_and_misnamed_files_are_named() -> None:
    layout = layout_of(
        [
            *("campain.toml", "候选人.xls", "README.md", "budget.pdf", "1.jpg"),
            *("photos/2.heic", "photos/张三.jpg", "photos/3.jpg", "photos/3.png", "photos/old/4.jpg"),
        ]
    )
    assert [str(problem) for problem in layout.problems] == [
        "campaign.toml：文件夹里没有这个文件。 找到了 campain.toml，请改名为 campaign.toml，放在最外层。",
        "candidates.csv：文件夹里没有候选人表。 找到了 候选人.xls，请用 Excel 或 WPS 另存为 candidates.xlsx。",
        "photos/2.heic：照片要用 JPEG、PNG 或 WebP 格式。 请在看图软件里另存为 JPEG。",
        "photos/张三.jpg：看不出是谁的照片。 "
        "请用候选人编号命名：photos/7.jpg，第二张 photos/7-2.jpg，活动封面 photos/cover.jpg。",
        "photos/3.png：和 photos/3.jpg 是同一个位置的照片。 请留一张。",
        "photos/old/4.jpg：看不出是谁的照片。 "
        "请用候选人编号命名：photos/7.jpg，第二张 photos/7-2.jpg，活动封面 photos/cover.jpg。",
        "1.jpg：图片没有放在 photos 文件夹里。 请移到 photos/ 下面。",
    ]
    assert [problem.where for problem in layout.warnings] == ["campain.toml", "候选人.xls", "budget.pdf"]


def test_two_tables_are_a_problem() -> None:
    (problem,) = layout_of(["campaign.toml", "candidates.csv", "candidates.xlsx"]).problems
    assert problem.where == "candidates.csv、candidates.xlsx"
