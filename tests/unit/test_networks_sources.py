"""From files to the table: three formats, four kinds of package, sources that complete each other, all problems at once."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from anti_fraud.networks.build import build
from anti_fraud.networks.claims import Claim, Operator, Place
from anti_fraud.networks.hosting import network_type_of
from anti_fraud.networks.problems import LISTED, SourcesMalformed
from anti_fraud.networks.provinces import province_name
from anti_fraud.networks.table import UNKNOWN, NetworkFacts, NetworkTable, load

ROOT = Path(__file__).resolve().parents[2]

OLD_REGIONS = """\
0.0.0.0|0.255.255.255|0|0|0|内网IP|内网IP
1.0.0.0|1.0.0.255|澳大利亚|0|0|0|0
1.0.1.0|1.0.3.255|中国|华东|福建|福州市|电信
39.144.21.0|39.144.29.255|中国|0|河南省|0|移动
39.144.22.0|39.144.22.255|中国|0|河南|郑州|移动
223.5.5.0|223.5.5.255|中国|0|浙江省|杭州市|阿里云
"""
NEW_REGIONS = """\
0.0.0.0|0.255.255.255|Reserved|Reserved|Reserved|0|0
1.0.0.0|1.0.0.255|Australia|Queensland|Brisbane|0|AU
1.0.1.0|1.0.3.255|中国|福建省|福州市|电信|CN
2.0.0.0|2.0.0.255|中国|香港特别行政区|0|0|HK
3.0.0.0|3.0.0.255|香港|0|0|0|HK
2400:3200::|2400:3200:ffff:ffff:ffff:ffff:ffff:ffff|中国|浙江省|杭州市|阿里|CN
"""
BARE_REGIONS = (
    "223.255.236.0|223.255.239.255|中国|上海|上海市|电信\n2e00::|2fff::|德国|黑森|法兰克福|专线用户\n"
)
ASNS4 = (
    '1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."\n1.0.1.0,1.0.3.255,4134,Chinanet\n2.0.0.0,2.0.0.9,0,nobody\n'
)
ASNS6 = '2400:3200::,2400:3200:1:ffff:ffff:ffff:ffff:ffff,37963,"Hangzhou Alibaba Advertising Co.,Ltd."\n'
OWN = """\
# 本会的办公网络
network,network_type,asn,province,city
1.0.2.0/24,office,,,
10.9.0.7,office,,广东,深圳市
2001:db8:5::/48,mobile,64500,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def table_from(folder: Path, *texts: tuple[str, str]) -> NetworkTable:
    """Build from named texts, read back from the file that was written."""
    paths = []
    for name, text in texts:
        paths.append(folder / name)
        paths[-1].write_text(text, encoding="utf-8")
    build(paths, folder / "ipdata.npz")
    return load(folder / "ipdata.npz")


def problems_of(folder: Path, text: str, name: str = "bad.csv") -> list[tuple[int, str, str]]:
    with pytest.raises(SourcesMalformed) as caught:
        table_from(folder, (name, text))
    return [(problem.line, problem.code, problem.value) for problem in caught.value.problems]


def test_ip2region_in_its_old_format(folder: Path) -> None:
    table = table_from(folder, ("ip.merge.txt", OLD_REGIONS))
    assert table.lookup("0.1.1.1") == UNKNOWN
    assert table.lookup("1.0.0.9") == NetworkFacts("overseas")
    assert table.lookup("1.0.1.0") == NetworkFacts("", None, "福建省", "福州市")
    assert table.lookup("39.144.21.1") == NetworkFacts("", None, "河南省", "")
    assert table.lookup("39.144.22.1") == NetworkFacts("", None, "河南省", "郑州")
    assert table.lookup("223.5.5.5") == NetworkFacts("hosting", None, "浙江省", "杭州市")


def test_ip2region_in_its_new_format(folder: Path) -> None:
    table = table_from(folder, ("ipv4_source.txt", NEW_REGIONS))
    assert table.lookup("0.1.1.1") == UNKNOWN
    assert table.lookup("1.0.0.9") == NetworkFacts("overseas")
    assert table.lookup("1.0.1.0") == NetworkFacts("", None, "福建省", "福州市")
    assert table.lookup("2.0.0.1") == table.lookup("3.0.0.1") == NetworkFacts("", None, "香港特别行政区", "")
    assert table.lookup("2400:3200::1") == NetworkFacts("hosting", None, "浙江省", "杭州市")


def test_ip2region_without_country_codes(folder: Path) -> None:
    table = table_from(folder, ("segments.txt", BARE_REGIONS))
    assert table.lookup("223.255.237.1") == NetworkFacts("", None, "上海市", "上海市")
    assert table.lookup("2f00::1") == NetworkFacts("overseas")


def test_asn_tables_of_both_families(folder: Path) -> None:
    table = table_from(folder, ("asn-ipv4.csv", ASNS4), ("asn-ipv6.csv", ASNS6))
    assert table.lookup("1.0.0.1") == NetworkFacts("hosting", 13335)
    assert table.lookup("1.0.1.1") == NetworkFacts("", 4134)
    assert table.lookup("2.0.0.1") == UNKNOWN
    assert table.lookup("2400:3200:1::1") == NetworkFacts("hosting", 37963)
    assert "https://db-ip.com" in table.notice
    assert len(table.notice.splitlines()) == 1


def test_our_own_table_with_networks_or_ends(folder: Path) -> None:
    ends = "start,end,network_type,asn,province,city\n1.0.2.0,1.0.2.255,office,,,\n10.9.0.7,10.9.0.7,office,,广东,深圳市\n"
    for name, text in (
        ("own.csv", OWN),
        ("ends.csv", ends),
        ("bom.csv", "\ufeff" + ends.replace("\n", "\r\n")),
    ):
        table = table_from(folder, (name, text))
        assert table.lookup("1.0.2.255") == NetworkFacts("office")
        assert table.lookup("10.9.0.7") == NetworkFacts("office", None, "广东省", "深圳市")
        assert table.lookup("10.9.0.8") == UNKNOWN
        assert table.notice == ""


def test_sources_complete_each_other_and_the_later_one_wins(folder: Path) -> None:
    sources = [("ipv4_source.txt", NEW_REGIONS), ("asn-ipv4.csv", ASNS4), ("own.csv", OWN)]
    table = table_from(folder, *sources)
    assert table.lookup("1.0.1.1") == NetworkFacts("", 4134, "福建省", "福州市")
    assert table.lookup("1.0.2.1") == NetworkFacts("office", 4134, "福建省", "福州市")
    assert table.lookup("1.0.0.1") == NetworkFacts("hosting", 13335)
    assert table.lookup("2001:db8:5::1") == NetworkFacts("mobile", 64500)
    assert [part.split(" ")[0] for part in table.version.split("; ")] == [name for name, _ in sources] + [
        "rules"
    ]
    assert len(table.notice.splitlines()) == 2


def test_a_later_place_is_taken_whole(folder: Path) -> None:
    table = table_from(folder, ("r.txt", NEW_REGIONS), ("own.csv", "network,province\n1.0.0.0/22,广东\n"))
    assert table.lookup("1.0.1.1") == NetworkFacts("", None, "广东省", "")
    assert table.lookup("1.0.0.1") == NetworkFacts("", None, "广东省", ""), "abroad is a part of the place"


def test_the_same_files_give_the_same_version_and_other_content_another(folder: Path) -> None:
    first = table_from(folder, ("own.csv", OWN)).version
    assert table_from(folder, ("own.csv", OWN)).version == first
    assert table_from(folder, ("own.csv", OWN + "10.9.0.8,office,,,\n")).version != first


def packages(folder: Path) -> dict[str, Path]:
    """The two ASN texts (or one) in every wrapping that is read."""
    paths = {name: folder / f"p.{name}" for name in ("csv.gz", "zip", "tgz", "tar.gz", "whl")}
    paths["csv.gz"].write_bytes(gzip.compress(ASNS4.encode()))
    members = {
        "package/package.json": json.dumps({"name": "@ip-location-db/asn", "version": "2.3.1"}),
        "package/README.md": "1.0.0.0,1.0.0.255,AU",
        "package/LICENSE.txt": "Creative Commons, Attribution",
        "package/asn-ipv4-num.csv": '16777216,16777471,13335,"Cloudflare, Inc."\n',
        "package/asn-ipv4.csv": ASNS4,
        "package/asn-ipv6.csv": ASNS6,
    }
    for kind in ("zip", "whl"):
        with zipfile.ZipFile(paths[kind], "w") as archive:
            for name, text in members.items():
                archive.writestr(name, text)
    for kind in ("tgz", "tar.gz"):
        with tarfile.open(paths[kind], "w:gz") as archive:
            for name, text in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(text.encode())
                archive.addfile(info, io.BytesIO(text.encode()))
    return paths


@pytest.mark.parametrize("kind", ["csv.gz", "zip", "tgz", "tar.gz", "whl"])
def test_a_source_may_come_in_a_package(folder: Path, kind: str) -> None:
    table = build([packages(folder)[kind]], folder / "ipdata.npz")
    assert table.lookup("1.0.1.1") == NetworkFacts("", 4134)
    assert table.lookup("2400:3200::1") == (UNKNOWN if kind == "csv.gz" else NetworkFacts("hosting", 37963))
    if kind == "tgz":
        assert table.version.startswith("@ip-location-db/asn 2.3.1 sha256:")
        assert "https://db-ip.com" in table.notice


def test_every_bad_row_is_named_with_its_line(folder: Path) -> None:
    own = (
        "network,network_type,asn\n10.0.0.0/8,office,1\n10.0.0.1/8,office,\n11.0.0.0/8,factory,\n"
        '12.0.0.0/8,office,AS-1\n13.0.0.0/8,office\n14.0.0.0/8,office,4294967296\n"15.0.0.0/8"x,,\n16.0.0.0/33,,\n'
    )
    assert problems_of(folder, own) == [
        (3, "network", "10.0.0.1/8"),
        (4, "network_type", "factory"),
        (5, "asn", "AS-1"),
        (6, "columns", "13.0.0.0/8,office"),
        (7, "asn", "4294967296"),
        (8, "csv", "',' expected after '\"'"),
        (9, "network", "16.0.0.0/33"),
    ]
    asns = "1.0.0.0,1.0.0.255,1,a\n16777216,1.0.0.9,1,a\n1.0.0.9,1.0.0.1,1,a\n1.0.0.1,::1,1,a\n1.0.0.1,1.0.0.1,x,a\n1,2,3\n"
    assert problems_of(folder, asns) == [
        (2, "address", "16777216"),
        (3, "range", "1.0.0.9 – 1.0.0.1"),
        (4, "range", "1.0.0.1 – ::1"),
        (5, "asn", "x"),
        (6, "columns", "1,2,3"),
    ]
    regions = (
        NEW_REGIONS
        + "9.0.0.0|9.0.0.1|中国|0|福建省|福州市|电信\n9.0.0.2\n9.0.0.3|9.0.0.3|中国\n9.0.0.x|9.0.0.3|中国|0|0|0|CN\n"
    )
    assert problems_of(folder, regions, "r.txt") == [
        (7, "country_code", "电信"),
        (8, "columns", "9.0.0.2"),
        (9, "columns", "中国"),
        (10, "address", "9.0.0.x"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", (0, "empty", "")),
        ("network,network_type\n", (0, "empty", "")),
        ("network,colour\n1.0.0.0/8,red\n", (1, "format", "network,colour")),
        ("network,network,asn\n1.0.0.0/8,,\n", (1, "format", "network,network,asn")),
        ("<html>", (1, "format", "<html>")),
    ],
)
def test_a_file_that_is_no_source_is_refused(folder: Path, text: str, problem: tuple[int, str, str]) -> None:
    assert problems_of(folder, text) == [problem]


def test_files_that_cannot_be_read_are_named(folder: Path) -> None:
    (folder / "gbk.txt").write_bytes("1.0.0.0|1.0.0.1|中国|0|0|0|0\n".encode("gbk"))
    (folder / "half.tgz").write_bytes(packages(folder)["tgz"].read_bytes()[:200])
    (folder / "none.zip").write_bytes(b"PK")
    (folder / "broken.csv.gz").write_bytes(gzip.compress(ASNS4.encode())[:-9])
    names = ["gbk.txt", "half.tgz", "none.zip", "broken.csv.gz", "missing.csv"]
    with pytest.raises(SourcesMalformed) as caught:
        build([folder / name for name in names], folder / "ipdata.npz")
    codes = ["encoding", "unreadable", "unreadable", "unreadable", "unreadable"]
    assert [(p.source, p.code) for p in caught.value.problems] == list(zip(names, codes, strict=True))


def test_many_problems_are_capped_for_each_source_and_counted(folder: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text("x,y,1,z\n" * 100, encoding="utf-8")
    with pytest.raises(SourcesMalformed) as caught:
        build([folder / "a.csv", folder / "b.csv"], folder / "ipdata.npz")
    assert [p.line for p in caught.value.problems] == [*range(1, LISTED + 1)] * 2
    assert caught.value.unlisted == 2 * (100 - LISTED)
    assert all(p.sentence("zh") != p.sentence("en") for p in caught.value.problems)


def test_a_malformed_source_leaves_the_older_table(folder: Path) -> None:
    table_from(folder, ("own.csv", OWN))
    before = (folder / "ipdata.npz").read_bytes()
    problems_of(folder, "x,y,1,z\n")
    assert (folder / "ipdata.npz").read_bytes() == before
    assert sorted(p.name for p in folder.iterdir()) == ["bad.csv", "ipdata.npz", "own.csv"]


@pytest.mark.parametrize(
    ("claim", "network_type"),
    [
        (Claim(), ""),
        (Claim(isp="移动", place=Place("广东省")), ""),
        (Claim(isp="电信"), ""),
        (Claim(isp="专线用户"), ""),
        (Claim(isp="中国铁通"), "broadband"),
        (Claim(isp="中国移动蜂窝网"), "mobile"),
        (Claim(isp="华为云"), "hosting"),
        (Claim(isp="腾讯"), "hosting"),
        (Claim(isp="腾讯大厦"), ""),
        (Claim(isp="Google Fiber Inc.", place=Place(is_abroad=True)), "overseas"),
        (Claim(isp="Amazon.com", place=Place(is_abroad=True)), "hosting"),
        (Claim(operator=Operator(37963)), "hosting"),
        (Claim(operator=Operator(37963, "Hangzhou Alibaba Advertising Co.,Ltd.")), "hosting"),
        (Claim(operator=Operator(37963, "Somebody Else")), ""),
        (Claim(operator=Operator(4134, "Chinanet")), ""),
        (Claim("office", Operator(37963), isp="阿里云"), "office"),
    ],
)
def test_the_kind_of_network_is_only_what_a_source_tells(claim: Claim, network_type: str) -> None:
    assert network_type_of(claim) == network_type


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("广东", "广东省"),
        ("内蒙古自治区", "内蒙古"),
        ("黑龙江", "黑龙江省"),
        ("重庆", "重庆市"),
        ("香港", "香港特别行政区"),
        ("", ""),
        ("Hessen", "Hessen"),
    ],
)
def test_a_province_has_one_spelling(written: str, name: str) -> None:
    assert province_name(written) == province_name(name) == name


def command(folder: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    environ = {
        "PYTHONPATH": str(ROOT),
        "VOTING_DATA_DIR": str(folder / "data"),
        "PATH": path,
        "PYTHONUTF8": "1",
    }
    program = [sys.executable, "-m", "anti_fraud.networks", *arguments]
    return subprocess.run(program, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_the_command_builds_into_the_data_directory_and_answers(folder: Path) -> None:
    (folder / "own.csv").write_text(OWN, encoding="utf-8")
    done = command(folder, "build", "own.csv", path="")
    assert (done.returncode, done.stderr) == (0, "")
    asked = command(folder, "lookup", "10.9.0.7", "x", path="")
    assert asked.stdout == "10.9.0.7\toffice\t\t广东省\t深圳市\nx\t\t\t\t\n"


def test_the_command_says_what_is_wrong_and_writes_nothing(folder: Path) -> None:
    (folder / "bad.csv").write_text("x,y,1,z\n", encoding="utf-8")
    done = command(folder, "build", "bad.csv", path="")
    assert done.returncode == 1
    assert "bad.csv 第 1 行" in done.stderr
    assert "bad.csv, line 1" in done.stderr
    assert not (folder / "data").exists()


def test_without_files_and_without_npm_the_command_says_what_to_do(folder: Path) -> None:
    (folder / "empty").mkdir()
    done = command(folder, "build", path=str(folder / "empty"))
    assert done.returncode == 1
    assert "npm not found" in done.stderr
    assert "IPDATA=" in done.stderr
    assert not (folder / "data").exists()


@pytest.mark.parametrize("fails", [False, True])
def test_without_files_npm_is_asked(folder: Path, fails: bool) -> None:
    tarball = packages(folder)["tgz"]
    npm = folder / "bin" / "npm"
    npm.parent.mkdir()
    # Called as: npm pack NAME --silent --ignore-scripts --pack-destination FOLDER
    npm.write_text(
        "#!/bin/sh\n" + ("echo offline >&2; exit 1\n" if fails else f'/bin/cp {tarball} "$6/asn.tgz"\n')
    )
    npm.chmod(0o755)
    done = command(folder, "build", path=str(npm.parent))
    assert done.returncode == int(fails)
    assert ("offline" in done.stderr) == fails
    assert load(folder / "data" / "ipdata.npz").lookup("1.0.1.1").asn == (None if fails else 4134)
