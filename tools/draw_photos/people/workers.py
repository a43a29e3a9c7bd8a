"""The twenty workers of the example campaign, all fictional."""

from people.figure import BLACK_HAIR, BROWN_HAIR, GREY_HAIR, Figure

# A worker is three rows: looks, clothes, work. One argument a line would hide who wears what.
# fmt: off
MINER = Figure(
    skin="tan", hair="stubble",
    hat="lamp", hat_colour="#d9432f", cloth="#2a4a78", trim="#f3c93a", glove="#d8c9a8",
    pose="crossed",
)
COMBER = Figure(
    skin="fair", hair="bob", slim=True, turn=-0.4,
    hat="kerchief", hat_colour="#c8473d", dress="apron", cloth="#4d8f8b", trim="#f0b98a",
    pose="both", tool="fleece", tool_colour="#f7ead2",
)
WIND_TECH = Figure(
    skin="brown", turn=0.6,
    hat="helmet", hat_colour="#f4f1ea", dress="harness", cloth="#2c6e8f", trim="#f28c28", glove="#3a3442",
    pose="raise", tool="wrench",
)
GASIFIER = Figure(
    skin="tan", hair="short", hair_colour=GREY_HAIR, glasses=True, turn=0.5,
    hat="helmet", hat_colour="#2f6fb5", cloth="#7f8f94", trim="#f28c28", glove="#c9784a",
    pose="pole", tool="ladle",
)
BUS_DRIVER = Figure(
    skin="fair", hair="bob", hair_colour=BROWN_HAIR, slim=True, turn=-0.5,
    dress="uniform", cloth="#27406b", trim="#d8503f",
    pose="wheel", tool="wheel", tool_colour="#e2603f",
)
SOLAR = Figure(
    skin="tan", hair="ponytail", slim=True, turn=0.5,
    hat="cap", hat_colour="#e2603f", dress="vest", cloth="#f4efe4", trim="#f2c230",
    pose="pole", tool="broom", tool_colour="#2e8b9a",
)
WASHER = Figure(
    skin="fair", hair="braid", glasses=True, slim=True, turn=-0.3,
    hat="helmet", hat_colour="#f7f4ee", cloth="#1f6f78", trim="#f2a33a",
    pose="hold", tool="clipboard", tool_colour="#b5673c",
)
TRAIN_DRIVER = Figure(
    skin="warm", hair="short", hair_colour=GREY_HAIR, turn=-0.5,
    hat="peaked", hat_colour="#2a3454", dress="uniform", cloth="#2f3d63", trim="#8c2f3b",
    pose="brim",
)
OPERATOR = Figure(
    skin="fair", hair="long", hair_colour=BLACK_HAIR, slim=True, turn=0.3,
    hat="helmet", hat_colour="#f2b632", cloth="#8c3f5e", trim="#f2d16b",
    pose="both", tool="tablet", tool_colour="#e2603f",
)
LINKER = Figure(
    skin="warm", hair="braid", hair_colour=BLACK_HAIR, slim=True, turn=0.4,
    hat="kerchief", hat_colour="#2f7fa3", dress="deel", cloth="#24527c", trim="#f0b84a",
    pose="both", tool="jumper", tool_colour="#f4e8d4",
)
ROADMAN = Figure(
    skin="tan", hair="stubble", turn=0.4,
    hat="fur", hat_colour="#4c5a46", dress="vest", cloth="#33506e", trim="#f47b20", glove="#5a4a3c",
    pose="pole", tool="shovel",
)
FITTER = Figure(
    skin="warm", glasses=True, turn=-0.4,
    hat="helmet", hat_colour="#d9432f", cloth="#5b6472", trim="#f2a33a",
    pose="hold", tool="scraper", tool_colour="#b5673c",
)
DYER = Figure(
    skin="warm", hair="short", hair_colour=BROWN_HAIR, glasses=True, turn=0.5,
    hat="", dress="apron", cloth="#e8e1d4", trim="#37516b",
    pose="hold", tool="hank", tool_colour="#9a9ca3",
)
BATTERY = Figure(
    skin="fair", hair="short", glasses=True, turn=0.3,
    hat="helmet", hat_colour="#2fa97b", dress="coverall", cloth="#3f6fa8", trim="#b7e24a",
    pose="hold", tool="camera", tool_colour="#f2b632",
)
PUMP = Figure(
    skin="brown", hair="stubble", turn=0.6,
    hat="ears", hat_colour="#f4c430", cloth="#b5532f", trim="#f0ead8",
    pose="raise", tool="seal", tool_colour="#e2603f",
)
TRUCKER = Figure(
    skin="brown", turn=0.5,
    hat="helmet", hat_colour="#f28c28", dress="vest", cloth="#5b6b56", trim="#c7e03a",
    pose="hip",
)
DISPATCH = Figure(
    skin="fair", hair="ponytail", hair_colour=BROWN_HAIR, slim=True, turn=0.5,
    dress="vest", cloth="#32406a", trim="#f2644b",
    pose="hold", tool="radio",
)
SPINNER = Figure(
    skin="fair", hair="bob", slim=True, turn=0.4,
    hat="mob", hat_colour="#fdf8ee", dress="apron", cloth="#d97f86", trim="#fbf3e4",
    pose="both", tool="cone", tool_colour="#6f7fc4",
)
INSTRUMENT = Figure(
    skin="warm", turn=-0.5,
    hat="fur", hat_colour="#2d3f63", dress="parka", cloth="#c8402f", trim="#f2dfb0", glove="#3b3a48",
    pose="crossed",
)
BLADE = Figure(
    skin="tan", hair="braid", slim=True, turn=-0.5,
    hat="helmet", hat_colour="#e8486b", dress="harness", cloth="#f2efe6", trim="#e8486b", glove="#44506b",
    pose="hold", tool="brush", tool_colour="#fff2d0",
)
