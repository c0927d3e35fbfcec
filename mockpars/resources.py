"""Where the data files are: at the top of a checkout, or in `mockpars/_data` of an installed package.

Nothing else knows both places.
"""

from pathlib import Path
from typing import Literal

from mockpars.errors import MissingData

Kind = Literal["contracts", "seed", "xsd"]

_PACKAGE = Path(__file__).resolve().parent


def data_path(kind: Kind) -> Path:
    """Return the folder of the data files of one kind; raises MissingData where there is none."""
    places = [_PACKAGE / "_data" / kind]
    # Beside an installed package lies somebody else's site-packages, where a folder "seed" may well exist.
    if (_PACKAGE.parent / "pyproject.toml").is_file():
        places.append(_PACKAGE.parent / kind)
    for place in places:
        if place.is_dir():
            return place
    looked = " or ".join(str(place) for place in places)
    raise MissingData(f'The data folder "{kind}" is missing: looked for {looked}.', "Install mockpars again.")
