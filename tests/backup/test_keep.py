"""Which backups of a folder stay."""

from assay.backup import keep


def named(*days: str) -> list[str]:
    return [f"assay-{day}T030000Z.backup" for day in days]


def test_the_newest_of_each_of_the_last_days_stays():
    names = [*named("20261201", "20261130", "20261128"), "assay-20261201T010000Z.backup"]
    assert keep.kept(names, days=2, weeks=0) == named("20261201", "20261130")


def test_the_newest_of_each_of_the_last_weeks_stays():
    names = named("20261201", "20261130", "20261129", "20261123", "20261122", "20261110")
    assert keep.kept(names, days=0, weeks=3) == named("20261201", "20261129", "20261122")


def test_the_newest_of_all_stays_whatever_is_said():
    assert keep.kept(named("20261201", "20261130"), days=0, weeks=0) == named("20261201")


def test_what_has_another_name_stays(tmp_path):
    for name in [*named("20261201", "20261130"), "assay-before-upgrade.backup", "notes.txt"]:
        (tmp_path / name).touch()
    assert keep.delete_old(tmp_path, days=1, weeks=0) == named("20261130")
    assert {each.name for each in tmp_path.iterdir()} == {
        *named("20261201"),
        "assay-before-upgrade.backup",
        "notes.txt",
    }
