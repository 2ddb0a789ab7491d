"""What the tests of the web app share."""

import pytest

from assay.web import pages


@pytest.fixture(autouse=True)
def page_folder(tmp_path, monkeypatch):
    """Where the built page lies: nothing is there, whatever was built in this checkout."""
    folder = tmp_path / "page"
    monkeypatch.setattr(pages, "BUILT", folder)
    return folder
