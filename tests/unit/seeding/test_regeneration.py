"""The committed files are what the script makes."""

from pathlib import Path

import pytest

from mockpars.resources import data_path

pytest.importorskip("faker", reason="Faker is needed to make the seed anew, and only for that")

from mockpars.seeding.__main__ import main
from mockpars.seeding.files import seed_files


@pytest.mark.parametrize("name", ["physicians.json", "personas.json"])
def test_the_script_makes_the_committed_file_byte_for_byte(name: str) -> None:
    """Nobody edited it by hand, and nobody changed the script or Faker without running it."""
    assert (data_path("seed") / name).read_bytes() == seed_files()[name].encode()


def test_the_files_stay_small_and_have_one_physician_a_line() -> None:
    """They are read at every start, and reviewed as diffs."""
    files = seed_files()
    assert sum(len(text.encode()) for text in files.values()) < 200_000
    lines = files["physicians.json"].splitlines()
    assert sum(line.startswith('{"id": "PH-') for line in lines) == 350


def test_check_fails_until_the_files_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It names each stale file, and writes nothing itself."""
    assert main(["--check", "--into", str(tmp_path)]) == 1
    assert "physicians.json is stale" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert main(["--into", str(tmp_path)]) == 0
    assert main(["--check", "--into", str(tmp_path)]) == 0
