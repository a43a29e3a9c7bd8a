"""Take README's picture: four phone pages of a running demo, side by side.

    make demo &
    python tools/take_pictures.py http://127.0.0.1:8000 docs/images/phone.jpg

Needs Playwright, Chromium and Pillow (all in the ``dev`` extra but Chromium itself); imports nothing of the service.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Page, sync_playwright

WIDTH, HEIGHT, GAP, CORNER = 390, 844, 30, 28
SCALE = 2
QUIET = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"]


def pictures(context: BrowserContext, base: str) -> list[bytes]:
    """Campaign page with two chosen, a candidate, the ranking, the receipt."""
    page = context.new_page()
    page.goto(base)
    page.click("main a[href^='/c/']")
    campaign = page.url
    shots = [_shot(page)]
    page.goto(f"{campaign}/candidates/6")
    shots.append(_shot(page))
    page.goto(campaign)
    for box in page.query_selector_all("input[name=choices]")[:2]:
        box.click()
    page.click("#cast")
    page.wait_for_url("**/r/**")
    page.wait_for_timeout(4000)  # until it is published
    shots.append(_shot(page))
    page.goto(f"{campaign}/ranking")
    shots.append(_shot(page))
    return shots


def _shot(page: Page) -> bytes:
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def side_by_side(shots: list[bytes]) -> Image.Image:
    """Rounded phones on a plain ground."""
    phones = [Image.open(io.BytesIO(shot)).convert("RGB").resize((WIDTH, HEIGHT)) for shot in shots]
    sheet = Image.new("RGB", (GAP + len(phones) * (WIDTH + GAP), HEIGHT + 2 * GAP), "#e9e6e1")
    mask = Image.new("L", (WIDTH * 4, HEIGHT * 4), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, WIDTH * 4 - 1, HEIGHT * 4 - 1), CORNER * 4, 255)
    mask = mask.resize((WIDTH, HEIGHT))
    for at, phone in enumerate(phones):
        sheet.paste(phone, (GAP + at * (WIDTH + GAP), GAP), mask)
    return sheet


def main() -> None:
    """Take them."""
    base, target = sys.argv[1].rstrip("/"), Path(sys.argv[2])
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            device_scale_factor=SCALE,
            is_mobile=True,
            locale="zh-CN",
        )
        sheet = side_by_side(pictures(context, base))
        browser.close()
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(target, quality=88, optimize=True, progressive=True)


if __name__ == "__main__":
    main()
