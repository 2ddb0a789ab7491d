"""What a person sees who opens the address in a browser."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter()

PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Assay</title>
<h1>Assay is running</h1>
<p>Proposals are reviewed on the command line: <code>assay proposals list</code>.</p>
<p>This address answers programs:</p>
<ul>
<li><a href="/healthz">/healthz</a>: is the process alive</li>
<li><a href="/readyz">/readyz</a>: are database, broker and migrations as they must be</li>
<li><a href="/api/v1/metrics/proposals">/api/v1/metrics/proposals</a>: the metrics document</li>
<li><a href="/api/v1/openapi.json">/api/v1/openapi.json</a>: all of it, for machines</li>
</ul>
</html>
"""
HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"}


@router.get("/", include_in_schema=False)
async def index() -> HTMLResponse:
    """Says what there is."""
    return HTMLResponse(PAGE, headers=HEADERS)
