"""Writes anew all that our pages take from the code: `make pages`."""

from collections.abc import Mapping
from pathlib import Path

from tests.docs import decisions_page, http_page
from tests.docs.pages import DOCS, ROOT
from tests.docs.reference import TELLING
from tests.docs.refill import refill


def pages() -> Mapping[Path, str]:
    """Each page with a part that is generated, as it should be. Raises KeyError for a heading that is missing."""
    found = {DOCS / page: (DOCS / page).read_text() for page, _ in TELLING}
    for (page, heading), told in TELLING.items():
        found[DOCS / page] = refill(found[DOCS / page], page, heading, told)
    found[http_page.PAGE] = http_page.refilled(found[http_page.PAGE])
    return {**found, decisions_page.PAGE: decisions_page.generated()}


if __name__ == "__main__":
    for path, text in pages().items():
        if path.read_text() != text:
            path.write_text(text)
            print(f"Written: {path.relative_to(ROOT)}")
