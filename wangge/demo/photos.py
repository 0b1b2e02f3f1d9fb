"""The demo's photographs: small real JPEG files, drawn, so that nobody's street or face is in them."""

from __future__ import annotations

import io
import random
from typing import Final

from PIL import Image, ImageDraw

SIZE: Final = (400, 300)
HORIZON: Final = 170
QUALITY: Final = 70
RUBBISH: Final = ((70, 60, 50), (120, 96, 60), (60, 70, 90))


def draw(chance: random.Random, clean: bool) -> bytes:
    """A street as a JPEG file; with a heap in it, or clean."""
    image = Image.new("RGB", SIZE, _near(chance, (176, 196, 214)))
    pen = ImageDraw.Draw(image)
    _houses(pen, chance)
    pen.rectangle((0, HORIZON, *SIZE), fill=_near(chance, (128, 128, 124)))
    pen.polygon([(0, 250), (SIZE[0], 205), (SIZE[0], 225), (0, 275)], fill=_near(chance, (206, 202, 190)))
    if clean:
        _tree(pen, chance)
    else:
        _heap(pen, chance)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def _houses(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    left = 0
    while left < SIZE[0]:
        width, top = chance.randint(50, 110), chance.randint(30, 110)
        pen.rectangle((left, top, left + width, HORIZON), fill=_near(chance, (188, 160, 138)))
        for window in range(left + 10, left + width - 14, 24):
            pen.rectangle((window, top + 14, window + 10, top + 28), fill=_near(chance, (92, 110, 128)))
        left += width


def _heap(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    middle = chance.randint(120, 280)
    for _ in range(chance.randint(12, 26)):
        x, y, size = middle + chance.randint(-60, 60), chance.randint(185, 250), chance.randint(8, 26)
        pen.ellipse((x, y, x + size, y + size), fill=_near(chance, chance.choice(RUBBISH)))


def _tree(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    x = chance.randint(60, 320)
    pen.rectangle((x, 130, x + 8, 215), fill=(96, 72, 52))
    pen.ellipse((x - 32, 70, x + 40, 150), fill=_near(chance, (86, 130, 76)))


def _near(chance: random.Random, colour: tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = (min(255, max(0, part + chance.randint(-18, 18))) for part in colour)
    return red, green, blue
