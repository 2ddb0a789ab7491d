"""Takes the pictures of the documentation from a demo in a data directory of its own. Needs Chromium."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
ASSAY = [sys.executable, "-m", "assay"]
SIZE = {"width": 1280, "height": 800}
OPEN = "/ui/review?dedup_state=duplicate&type=decision"


def main() -> None:
    chromium = os.environ.get("ASSAY_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("There is no Chromium on this machine: install it, or name it in ASSAY_CHROMIUM.")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        env = {**os.environ, "ASSAY_HOME": home}
        subprocess.run([*ASSAY, "demo", "--port", "0"], env=env, check=True, stdout=subprocess.DEVNULL)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            for scheme in ("light", "dark"):
                take(browser, env, scheme)
        finally:
            browser.close()
            subprocess.run([*ASSAY, "down"], env=env, check=True, stdout=subprocess.DEVNULL)


def take(browser: Browser, env: dict[str, str], scheme: str) -> None:
    asked = subprocess.run([*ASSAY, "open", "--json"], env=env, check=True, capture_output=True, text=True)
    link = json.loads(asked.stdout)["link"]
    page = browser.new_page(viewport=SIZE, color_scheme=scheme)
    page.goto(link)
    page.goto(link.split("/sign-in")[0] + OPEN)
    page.locator(".row", has_text="rebuilt every night at 04:00").click()  # what is known says 02:00
    page.locator("ins", has_text="04").first.wait_for()
    page.locator(".page[data-settled]").wait_for()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"review-{scheme}.png")
    page.close()


if __name__ == "__main__":
    main()
