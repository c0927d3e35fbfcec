"""The data folders are found in a checkout and in an installed package, and nowhere else."""

from pathlib import Path

import pytest

from mockpars import resources
from mockpars.errors import MissingData


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for the package to be in."""
    folder = tmp_path / "mockpars"
    folder.mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", folder)
    return folder


def test_a_checkout_has_them_at_the_top() -> None:
    root = Path(resources.__file__).parents[1]
    assert resources.data_path("seed") == root / "seed"
    assert resources.data_path("xsd") == root / "xsd"


def test_an_installed_package_has_them_inside(package: Path) -> None:
    (package / "_data" / "xsd").mkdir(parents=True)
    assert resources.data_path("xsd") == package / "_data" / "xsd"


def test_a_folder_beside_an_installed_package_is_somebody_elses(package: Path) -> None:
    (package.parent / "seed").mkdir()
    with pytest.raises(MissingData, match='"seed" is missing'):
        resources.data_path("seed")


def test_without_either_the_error_says_where_it_looked(package: Path) -> None:
    with pytest.raises(MissingData) as caught:
        resources.data_path("contracts")
    assert str(package / "_data" / "contracts") in caught.value.reason
    assert caught.value.fix
