"""The command behind ``make ipdata``: build the table, or ask it about addresses."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dotenv import dotenv_values

from anti_fraud.networks.build import TABLE_FILE, build
from anti_fraud.networks.npm import ASN_PACKAGE, PackageUnavailable, npm_pack
from anti_fraud.networks.problems import SourcesMalformed
from anti_fraud.networks.table import TableUnreadable, load


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 1 where nothing was written, or nothing could be read."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except SourcesMalformed as malformed:
        for problem in malformed.problems:
            _say(f"{problem.sentence()}\n  {problem.sentence('en')}")
        if malformed.unlisted:
            _say(f"另有 {malformed.unlisted} 处 / {malformed.unlisted} more")
        _say("没有写入任何内容，原有的表保持不变。/ Nothing was written; an older table stays as it is.")
    except PackageUnavailable as error:
        _say(
            f"取不到 npm 软件包 {ASN_PACKAGE}：{error}\n"
            '请安装 npm 并联网后重试，或自备文件：make ipdata IPDATA="ipv4_source.txt asn-ipv4.csv"\n'
            f"npm could not bring {ASN_PACKAGE}. Install npm and go online, or name files of your own: "
            'make ipdata IPDATA="ipv4_source.txt asn-ipv4.csv"'
        )
    except (OSError, TableUnreadable) as error:
        _say(f"失败 / failed: {error}")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m anti_fraud.networks", description=__doc__)
    verbs = parser.add_subparsers(required=True)
    building = verbs.add_parser("build", help="build the table from files; without any, from npm")
    building.add_argument(
        "sources", nargs="*", type=Path, metavar="FILE", help="later ones win over earlier ones"
    )
    building.set_defaults(run=_build)
    asking = verbs.add_parser("lookup", help="print what the table knows of addresses")
    asking.add_argument("addresses", nargs="+", metavar="ADDRESS")
    asking.set_defaults(run=_lookup)
    for verb in (building, asking):
        verb.add_argument("--table", type=Path, default=_data_dir() / TABLE_FILE, help="default: %(default)s")
    return parser


def _data_dir() -> Path:
    # As the service finds it: the environment before .env, and a folder of the checkout where neither says.
    return Path(os.environ.get("VOTING_DATA_DIR") or dotenv_values(".env").get("VOTING_DATA_DIR") or "data")


def _build(chosen: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        sources = chosen.sources
        if not sources:
            print(
                f"没有指定 IPDATA，改用 npm 的 {ASN_PACKAGE}：只有 ASN，没有省市；其作者说此包已停更并有错误，正式使用请自备文件。\n"
                f"No IPDATA: taking {ASN_PACKAGE} from npm. It has ASNs and no provinces, and its author says that it is "
                "no longer updated and has errors; for a real campaign name newer files."
            )
            sources = [npm_pack(ASN_PACKAGE, Path(folder))]
        table = build(sources, chosen.table, lambda step, rows: print(f"{step}: {rows:,}"))
    print(
        f"{chosen.table}: {chosen.table.stat().st_size:,} bytes, {len(table.facts):,} facts\n{table.version}"
    )
    if table.notice:
        print(f"须注明出处 / attribution required:\n{table.notice}")
    return 0


def _lookup(chosen: argparse.Namespace) -> int:
    table = load(chosen.table)
    for address in chosen.addresses:
        print(address, *("" if fact is None else fact for fact in table.lookup(address)), sep="\t")
    return 0 if table.version else 1


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
