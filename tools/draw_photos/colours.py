"""Colours, the ways to change them, and gradients of them."""

from dataclasses import dataclass

from PIL import Image, ImageColor

Colour = str


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that lies `share` of the way from `a` to `b`."""
    pairs = zip(ImageColor.getrgb(a)[:3], ImageColor.getrgb(b)[:3], strict=True)
    return "#{:02x}{:02x}{:02x}".format(*(round(x + (y - x) * share) for x, y in pairs))


def darker(colour: Colour, share: float = 0.25) -> Colour:
    return mix(colour, "#1a1430", share)


def lighter(colour: Colour, share: float = 0.25) -> Colour:
    return mix(colour, "#fff6e0", share)


@dataclass(frozen=True)
class Gradient:
    """Colours spread evenly over the bounding box of what is painted, downwards or to the right."""

    stops: tuple[Colour, ...]
    across: bool = False

    def picture(self, width: int, height: int) -> Image.Image:
        steps = 96
        strip = Image.new("RGB", (steps, 1) if self.across else (1, steps))
        for step in range(steps):
            at = step / (steps - 1) * (len(self.stops) - 1)
            left = min(int(at), len(self.stops) - 2)
            colour = ImageColor.getrgb(mix(self.stops[left], self.stops[left + 1], at - left))
            strip.putpixel((step, 0) if self.across else (0, step), colour)
        return strip.resize((width, height), Image.Resampling.BICUBIC)


Paint = Colour | Gradient


def round_bar(light: Colour, dark: Colour) -> Gradient:
    """How a cylinder catches light from the left."""
    return Gradient((mix(light, dark, 0.35), light, mix(light, dark, 0.5), dark), across=True)
