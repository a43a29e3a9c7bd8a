"""The hours of the day: the colours of a sky, of what stands before it, and of one accent."""

from dataclasses import dataclass

from colours import Colour, darker


@dataclass(frozen=True)
class Palette:
    sky: tuple[Colour, ...]
    sun: Colour
    far: Colour
    mid: Colour
    near: Colour
    accent: Colour

    @property
    def rim(self) -> Colour:
        return self.sun

    @property
    def shade(self) -> Colour:
        return darker(self.sky[0], 0.55)


DAWN = Palette(
    ("#2f74b5", "#8fbad6", "#fcc48d", "#ffdc98"), "#fff0c9", "#a7b0bd", "#738a99", "#3c5566", "#e8743b"
)
PEACH = Palette(
    ("#5a7fc0", "#c6a3c4", "#ffae8c", "#ffdfa2"), "#fff0c4", "#d79aa4", "#9b6f98", "#4f4470", "#e2503f"
)
MINT = Palette(
    ("#1f86a6", "#86d0c6", "#f9ebb4", "#ffd59a"), "#fff6d0", "#a9cdb4", "#4f9a98", "#24586a", "#e2603f"
)
VIOLET = Palette(
    ("#2c2a62", "#7a4a86", "#dd7474", "#fdb873"), "#ffd59a", "#7d5788", "#553f76", "#2c2450", "#ffb14a"
)
EMBER = Palette(
    ("#43244a", "#a8404a", "#ef7d43", "#ffcb73"), "#ffdf9c", "#a0504f", "#6b3346", "#351f38", "#ffd15c"
)
GRASS = Palette(
    ("#1f78b4", "#7fcbd8", "#f6eba8", "#ffdf8e"), "#fff4bf", "#8fc79a", "#62ab58", "#2c7240", "#f0883e"
)
SAND = Palette(
    ("#2f86bd", "#8cc7da", "#f2e6c4", "#fbe4b0"), "#fff6d8", "#e7c48b", "#d5a05c", "#9c6838", "#2e5fa3"
)
NIGHT = Palette(
    ("#0c1538", "#1c2d63", "#3b4c8c", "#7a6f9e"), "#ffd47a", "#2c3a70", "#1b2750", "#0f1733", "#ff9f45"
)
TEAL = Palette(
    ("#0e4a5c", "#2f8588", "#9ccbae", "#f7e3ac"), "#fff0b8", "#5c9c98", "#32716f", "#164247", "#f2a33a"
)
ICE = Palette(
    ("#5b9cc9", "#a9d1e4", "#e6eef0", "#fbf0e0"), "#ffffff", "#b4cfdf", "#86aec7", "#4d7c99", "#f07a2b"
)
OCHRE = Palette(
    ("#2f86b8", "#9fd0d4", "#fbdc92", "#ffd27c"), "#fff3c8", "#eab26c", "#cf7430", "#71381c", "#fbb81c"
)
ROSE = Palette(
    ("#a6566f", "#e09a92", "#fbd3b4", "#ffe9cf"), "#fff0d9", "#c58a8c", "#9c5f70", "#5a3450", "#d6403f"
)
CREAM = Palette(
    ("#c9b79a", "#e8dcc2", "#f8efdb", "#fff8ea"), "#fffaec", "#d8c7a8", "#a98f73", "#5e4a40", "#b5473c"
)
SAGE = Palette(
    ("#3f5d55", "#7d9a83", "#cfd6b0", "#f5edcb"), "#fff4cf", "#7f9a86", "#54746a", "#2c4644", "#d98b3a"
)
LILAC = Palette(
    ("#5d5a8f", "#9d95c0", "#dccfe0", "#fbeee2"), "#fff4e4", "#a79cc4", "#7a6ea3", "#3f3866", "#f0a05a"
)
