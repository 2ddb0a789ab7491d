"""Duplicates among approved knowledge at the command line."""

from tests.cli.test_merge import approved, known


def test_they_are_found_listed_with_the_way_to_merge_them_and_dismissed(assay):
    approved(assay, "atom")
    everything = len(known(assay, "atom")) + len(known(assay, "topic"))
    lenient = {"KNOWLEDGE_DEDUP_SIMILARITY_THRESHOLD": "0.55"}
    first = assay("duplicates", "scan", "--entities", "--json", **lenient).document
    assert first["looked_at"] == everything
    assert assay("duplicates", "scan", "--entities", "--json", **lenient).document == {"looked_at": 0, "pairs": 0}
    found = assay("duplicates", "list", "--json").items
    assert len(found) > 0
    pair = found[0]
    shown = assay("duplicates", "list").out
    older, newer = pair["older"]["id"][-8:], pair["newer"]["id"][-8:]
    assert f"assay {pair['kind']}s merge {newer} --into {older} --preview" in shown
    assert pair["explanation"][:40] in shown
    assert assay(f"{pair['kind']}s", "merge", newer, "--into", older, "--preview").code == 0
    assert assay("duplicates", "dismiss", older, newer).out == "Remembered: not the same.\n"
    assert pair not in assay("duplicates", "list", "--json").items
    assert "are not marked as similar" in assay("duplicates", "dismiss", older, newer).refused(2)
    assert assay("duplicates", "dismiss", older, "ffffffff").refused(2) == "There is no topic or atom ffffffff."


def test_nothing_found_says_how_to_look(empty):
    assert empty("duplicates", "list").out.startswith("No duplicates are known among approved knowledge.")
    assert empty("duplicates", "scan").refused(2).startswith("Say what to scan: --entities")
