"""The page that a browser shows: the built files (page/build.py), and what is said where they are not there."""

import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from assay.accounts.oidc import is_configured
from assay.errors import NotFound
from assay.web.auth import Open, allow
from assay.web.state import State

router = APIRouter(dependencies=[allow(Open.EVERYBODY)])

BUILT = Path(__file__).parent / "page"
START: Final = "/ui/review"
FOREVER: Final = "public, max-age=31536000, immutable"
"""Of files whose name is another once they change."""
FILE_NAME: Final = re.compile(r"[\w-][\w.-]*\.(?:js|css|woff2|svg)")
TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
NO_PROVIDER: Final = '<meta name="assay-identity-provider" content="">'
HOW_TO_BUILD: Final = "Build it with make page, which fetches Node from PyPI and libraries from the npm registry."


def is_built() -> bool:
    return (BUILT / "index.html").is_file()


def why_missing() -> str:
    """A sentence on why there is no page, and what to do."""
    note = BUILT / "missing.txt"
    why = note.read_text().strip() if note.is_file() else "nobody has built it yet."
    return f"The page for browsers is not there: {why} {HOW_TO_BUILD}"


@router.get("/ui/assets/{name}", include_in_schema=False)
async def asset(name: str, request: Request) -> Response:
    """A script, style or font. Each is packed once, when it is built."""
    return _file(BUILT / "assets", name, request, FOREVER)


@router.get("/ui/favicon.svg", include_in_schema=False)
async def icon(request: Request) -> Response:
    return _file(BUILT, "favicon.svg", request, "public, max-age=86400")


@router.get("/ui", include_in_schema=False)
@router.get("/ui/{place:path}", include_in_schema=False)
async def page(state: State) -> Response:
    """The same document at every address of the page, which reads the address itself."""
    if not is_built():
        return HTMLResponse(f"<!doctype html><title>Assay</title><p>{escape(why_missing())}</p>", 404)
    index = BUILT / "index.html"
    text = _read(index, index.stat().st_mtime_ns)
    if is_configured(state.settings):
        text = text.replace(NO_PROVIDER, NO_PROVIDER.replace('content=""', 'content="/sign-in/oidc"'))
    return HTMLResponse(text, headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=2)
def _read(file: Path, _changed_at: int) -> str:
    return file.read_text()


def _file(folder: Path, name: str, request: Request, kept: str) -> Response:
    file = folder / name
    if not FILE_NAME.fullmatch(name) or not file.is_file():
        raise NotFound("The page has no such file.")
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    packed = file.with_name(f"{name}.gz")
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        file = packed
        headers["Content-Encoding"] = "gzip"
    return FileResponse(file, headers=headers, media_type=TYPES[Path(name).suffix])
