"""The page as the web app hands it out."""

import gzip

import pytest
from tests.web.helpers import asking, serving

pytestmark = pytest.mark.anyio
DOCUMENT = '<meta name="assay-identity-provider" content=""><script src="/ui/assets/main-1a2b.js"></script>'
SCRIPT = b"console.log('a script')"


@pytest.fixture
def built(page_folder):
    (page_folder / "assets").mkdir(parents=True)
    (page_folder / "index.html").write_text(DOCUMENT)
    (page_folder / "assets" / "main-1a2b.js").write_bytes(SCRIPT)
    (page_folder / "assets" / "main-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    return page_folder


@pytest.mark.parametrize("place", ["/ui", "/ui/review", "/ui/knowledge/topics/1"])
async def test_every_address_of_the_page_is_the_same_document_and_asked_for_anew(database_url, built, place):
    async with serving(database_url) as app, asking(app) as http:
        answer = await http.get(place)
    assert (answer.status_code, answer.text) == (200, DOCUMENT)
    assert answer.headers["cache-control"] == "no-cache"
    assert "trusted-types 'none'" in answer.headers["content-security-policy"]


async def test_the_address_of_assay_leads_to_the_page(database_url, built):
    async with serving(database_url) as app, asking(app) as http:
        answer = await http.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/review")


async def test_where_the_page_is_not_built_a_sentence_says_why_and_what_to_do(database_url, page_folder):
    page_folder.mkdir()
    (page_folder / "missing.txt").write_text("its libraries could not be fetched.\n")
    async with serving(database_url) as app, asking(app) as http:
        there, elsewhere = (await http.get("/")), (await http.get("/ui/review"))
    sentence = "The page for browsers is not there: its libraries could not be fetched. Build it with make page"
    assert (there.status_code, elsewhere.status_code) == (200, 404)
    assert sentence in there.text
    assert sentence in elsewhere.text


@pytest.mark.parametrize(("encoding", "said"), [("gzip", "gzip"), ("identity", None)])
async def test_a_file_is_kept_forever_and_packed_for_who_can_unpack_it(database_url, built, encoding, said):
    async with serving(database_url) as app, asking(app) as http:
        answer = await http.get("/ui/assets/main-1a2b.js", headers={"Accept-Encoding": encoding})
    assert (answer.content, answer.headers.get("content-encoding")) == (SCRIPT, said)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", ["..%2Findex.html", "%2e%2e/index.html", "main-1a2b.js.gz", "gone.js", ".env.js"])
async def test_no_other_file_is_handed_out(database_url, built, name):
    async with serving(database_url) as app, asking(app) as http:
        answer = await http.get(f"/ui/assets/{name}")
    assert answer.status_code == 404 or answer.text == DOCUMENT
