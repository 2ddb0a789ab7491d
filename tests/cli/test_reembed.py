"""Changing the embedding model at the command line."""

import json

from assay.ai.fakes import HashEmbedder
from assay.queue import deps


def test_the_model_of_the_settings_serves_already_after_a_scan(assay):
    state = assay("reembed", "--json").document
    assert (state["switched"], state["embedded"], state["removed"]) == (True, 0, 0)
    assert assay("reembed").out == f"{state['model']} is already active.\n"
    assert assay("reembed", "--status").out == f"{state['model']} is active.\n"


def test_another_model_is_built_and_serves(assay, monkeypatch):
    make_deps = deps.make_deps

    def with_another(settings, url):
        made = make_deps(settings, url)
        return deps.Deps(made.database, settings, HashEmbedder(), made.extractor, others=(made.embedder,))

    monkeypatch.setattr(deps, "make_deps", with_another)
    before = assay("reembed", "--status", "--json").document
    assert (before["done"], before["switched"], before["running"]) == (0, False, False)
    assert "is not being built at the moment: 0 of" in assay("reembed", "--status").out
    done = assay("reembed").out
    assert f"hash-bag-384 is active. {before['total']:,} vectors were made" in done
    after = json.loads(assay("reembed", "--status", "--json").out)
    assert (after["done"], after["switched"]) == (before["total"], True)


def test_status_and_detach_are_two_things(alone):
    assert alone("reembed", "--status", "--detach").refused(2) == "Give --status or --detach, not both."
