"""What tests of posters have in common: a campaign of people with every kind of name, and their photos; papers looked at."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw

from voting_service.media.posters.subject import Person, Picture, Subject

ADDRESS = "https://vote.ycgh.example.cn/c/zui-mei-chan-ye-gong-ren/candidates/12?q=dongmen-1"
NAMES = (
    "丁一", "石望川", "欧阳望舒", "萨仁其其格", "阿依古丽·买买提", "阿卜杜热依木·麦麦提吐尔逊",
    "㛃䶮", "𬭎玥", "第三采油厂注水工区姐妹班组巡井队",
)  # fmt: skip
"""2 to 15 signs, some of them in no font of a usual size."""
UNITS = (
    "云川热电",
    "云川市青石梁矿业集团有限责任公司第二机械化综采工区生产准备队（原掘进一队）设备维修与技术改造联合攻关小组",
    "",
)
TITLES = (
    "最美劳动者",
    "云川市“匠心筑梦·奋斗有我”最美产业工人评选",
    "二〇二六年度云川市能源化工、装备制造、交通运输、城市服务行业“新时代最美产业工人”暨“云川工匠”学习宣传和推荐评选活动",
)


def photo(directory: Path, width: int = 900, height: int = 1200) -> Picture:
    """A photo in a store of its own: grey, with a face."""
    directory.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", (width, height), "#7a8794")
    ImageDraw.Draw(image).ellipse(
        (width * 0.3, height * 0.15, width * 0.7, height * 0.15 + width * 0.5), "#c99a7a"
    )
    name = f"{width:016d}{height:016d}"
    image.save(directory / f"{name}-{width}.jpg")
    return Picture(name, (width,), width, height, "照片")


def person(
    name: str = "石望川", unit: str = UNITS[0], picture: Picture | None = None, number: int = 12
) -> Person:
    """A candidate with something to say."""
    return Person(number, name, unit, "综采一队采煤机司机、高级技师", "今天的煤，今天再认一遍。", picture)


def subject(
    one: Person | None = None, title: str = TITLES[1], address: str = ADDRESS, people: int = 20, picture: Picture | None = None
) -> Subject:  # fmt: skip
    """What a poster says."""
    everybody = tuple(
        person(NAMES[n % len(NAMES)], UNITS[n % 3], picture, number=n + 1) for n in range(people)
    )
    return Subject(
        slug="test", title=title, organiser="云川市总工会", call="扫码看事迹、参与投票",
        steps="微信扫一扫，或用手机浏览器、相机扫码", dates=("投票时间：11月27日 10:48", "至 12月3日 18:00"),
        number_word="%s 号", address=address, typed=address.partition("://")[2].partition("?")[0], stage="open",
        person=one, people=everybody, cover=picture,
    )  # fmt: skip


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """A PDF to look into."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def rendered(pdf: bytes, dpi: float = 150) -> Image.Image:
    """Its first page as a printer of this fineness would put it down."""
    with opened(pdf) as document:
        return document[0].render(scale=dpi / 72).to_pil().convert("RGB")


def scanned(image: Image.Image) -> list[str]:
    """What a phone reads off it."""
    return [found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)]


def turned(image: Image.Image, degrees: float) -> Image.Image:
    """Held askew."""
    return image.rotate(degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)


def photographed(image: Image.Image, quality: int = 40) -> Image.Image:
    """As a chat passes it on."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue()))
