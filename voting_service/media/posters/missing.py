"""What no renderer can draw."""

from __future__ import annotations

from ...errors import Unavailable
from ...text import _


class MissingPhoto(Unavailable):
    """A photo that the roster names is not in the store: a backup not yet complete, or a volume not mounted."""

    def __init__(self, file: str) -> None:
        super().__init__(_("照片文件 %(file)s 不在照片目录里，海报暂时做不出来。", file=file))
