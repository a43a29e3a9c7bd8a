"""Fetches the ASN package when an operator names no file: by npm's own client, into a folder that goes away."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ASN_PACKAGE = "@ip-location-db/asn"
_TIMEOUT_S = 600


class PackageUnavailable(Exception):
    """npm is missing, or it could not bring the package. The message says why."""


def npm_pack(package: str, folder: Path) -> Path:
    """The package's tarball in ``folder``. No script of the package is run."""
    npm = shutil.which("npm")
    if npm is None:
        raise PackageUnavailable("npm not found")
    command = [npm, "pack", package, "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 - npm from PATH with a package name that is written here, no shell
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PackageUnavailable(str(error)) from error
    tarballs = sorted(folder.glob("*.tgz"))
    if done.returncode or not tarballs:
        raise PackageUnavailable(
            (done.stderr or done.stdout).strip()[-400:] or f"npm pack: status {done.returncode}"
        )
    return tarballs[-1]
