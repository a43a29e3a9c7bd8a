"""Who stands where in which light, and the two pictures that come of it: upright, and wide at work."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import palettes
from canvas import Canvas
from palettes import Palette
from people import workers
from people.drawing import draw_figure
from people.figure import BLACK_HAIR, Figure
from PIL import Image
from scenes.chemistry import gasifiers, night_plant, olefin_unit, winter_plant
from scenes.energy import rotor_close, solar_desert, storage_yard, turbine_hall, wind_farm
from scenes.mining import longwall, open_pit, washing_plant
from scenes.textile import carding_hall, dye_house, knitwear_room, spinning_hall
from scenes.transport import city_street, freight_yard, heavy_rail, mountain_road


@dataclass(frozen=True)
class Portrait:
    scene: Callable[[Canvas, Palette], None]
    palette: Palette
    figure: Figure
    x: float = 450
    y: float = 560
    scale: float = 0.98
    from_left: bool = True
    mirror: bool = False
    at_work: tuple[Figure, ...] = ()  # a second, wide picture shows these


PORTRAITS: dict[int, Portrait] = {
    1: Portrait(
        longwall,
        replace(palettes.NIGHT, accent="#c98a35", sun="#ffdf9f"),
        workers.MINER,
        x=480,
        at_work=(
            workers.MINER,
            replace(workers.MINER, skin="warm", hat_colour="#f4c430", pose="hold", tool="tablet", turn=-0.5),
        ),
    ),
    2: Portrait(carding_hall, palettes.CREAM, workers.COMBER),
    3: Portrait(
        wind_farm,
        palettes.GRASS,
        workers.WIND_TECH,
        x=440,
        from_left=False,
        at_work=(
            replace(workers.WIND_TECH, pose="hold", tool="tablet"),
            replace(
                workers.WIND_TECH,
                skin="warm",
                hat_colour="#f4c430",
                cloth="#b5532f",
                tool="rope",
                pose="hold",
                tool_colour="#f2b632",
                turn=-0.5,
            ),
        ),
    ),
    4: Portrait(gasifiers, palettes.EMBER, workers.GASIFIER, x=410),
    5: Portrait(
        city_street, palettes.PEACH, workers.BUS_DRIVER, x=380, from_left=False, at_work=(workers.BUS_DRIVER,)
    ),
    6: Portrait(solar_desert, palettes.SAND, workers.SOLAR, x=400, from_left=False),
    7: Portrait(washing_plant, palettes.TEAL, workers.WASHER, x=440),
    8: Portrait(
        heavy_rail,
        palettes.EMBER,
        workers.TRAIN_DRIVER,
        x=380,
        mirror=True,
        at_work=(
            replace(workers.TRAIN_DRIVER, pose="crossed", turn=0.5),
            replace(
                workers.TRAIN_DRIVER,
                skin="fair",
                hair_colour=BLACK_HAIR,
                pose="hold",
                tool="radio",
                turn=-0.5,
            ),
        ),
    ),
    9: Portrait(night_plant, palettes.NIGHT, workers.OPERATOR),
    10: Portrait(
        knitwear_room,
        palettes.ROSE,
        workers.LINKER,
        at_work=(
            workers.LINKER,
            replace(
                workers.COMBER, hat_colour="#e7a36b", tool="jumper", tool_colour="#d9b48a", cloth="#6e8f86"
            ),
        ),
    ),
    11: Portrait(
        mountain_road,
        palettes.ICE,
        workers.ROADMAN,
        x=400,
        at_work=(
            replace(workers.ROADMAN, pose="crossed", tool=""),
            replace(workers.ROADMAN, skin="warm", hat="helmet", hat_colour="#f4c430", turn=-0.4),
        ),
    ),
    12: Portrait(turbine_hall, palettes.SAGE, workers.FITTER),
    13: Portrait(dye_house, replace(palettes.CREAM, sky=("#33485c", *palettes.CREAM.sky[1:])), workers.DYER),
    14: Portrait(storage_yard, palettes.VIOLET, workers.BATTERY),
    15: Portrait(olefin_unit, palettes.MINT, workers.PUMP, x=420, from_left=False),
    16: Portrait(
        open_pit,
        palettes.OCHRE,
        workers.TRUCKER,
        x=350,
        at_work=(
            replace(workers.TRUCKER, pose="crossed"),
            replace(
                workers.MINER,
                skin="brown",
                hat="helmet",
                hat_colour="#f7f4ee",
                pose="hold",
                tool="radio",
                turn=-0.5,
            ),
        ),
    ),
    17: Portrait(freight_yard, palettes.DAWN, workers.DISPATCH),
    18: Portrait(
        spinning_hall,
        palettes.LILAC,
        workers.SPINNER,
        at_work=(
            workers.SPINNER,
            replace(
                workers.COMBER,
                hat="mob",
                hat_colour="#fdf8ee",
                cloth="#7b8fc4",
                tool="cone",
                tool_colour="#e07a6a",
            ),
        ),
    ),
    19: Portrait(winter_plant, palettes.ICE, workers.INSTRUMENT, from_left=False),
    20: Portrait(
        rotor_close,
        replace(palettes.VIOLET, sky=("#3a5f9a", "#a98fb8", "#f5a58a", "#ffd9a0")),
        workers.BLADE,
        x=440,
    ),
}


def draw_portrait(number: int) -> Image.Image:
    plan = PORTRAITS[number]
    c = Canvas(900, 1200, f"portrait {number}")
    plan.scene(c, plan.palette)
    draw_figure(c, plan.figure, plan.x, plan.y, plan.scale, plan.palette, plan.from_left, plan.mirror)
    return c.finish()


def draw_at_work(number: int) -> Image.Image:
    """The same place in a wide view, often with a workmate."""
    plan = PORTRAITS[number]
    c = Canvas(1200, 900, f"at work {number}")
    plan.scene(c, plan.palette)
    places = (0.36,) if len(plan.at_work) == 1 else (0.62, 0.34)
    for i, figure in enumerate(reversed(plan.at_work)):
        share = places[i]
        scale = 0.62 if share == 0.62 else 0.7
        draw_figure(
            c,
            figure,
            c.width * share,
            c.height * 0.53 + (1 - scale) * 60,
            scale,
            plan.palette,
            plan.from_left,
        )
    return c.finish()
