"""Credentials and identities are taken out of whatever is written down, and replays put other people in."""

from __future__ import annotations

import pytest

from mockpars.contract.scrub import Scrubber, restore

PERSON = {
    "first_name": "Abby", "last_name": "Approved", "date_of_birth": "1975-03-22", "npi": "2314667009",
    "licences": {"TX": "MD905258"}, "boards": {"ABIM": "925668"},
}  # fmt: skip
FULL = Scrubber(["s3cret-pass"], {"abim-diplomate": PERSON}, "0008273")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("<User>me</User><Password>s3cret-pass</Password>", "<User>***</User><Password>***</Password>"),
        ("<b:Password a='1'>x&amp;y</b:Password>", "<b:Password a='1'>***</b:Password>"),
        ("it said s3cret-pass", "it said ***"),
        ("<ar:FirstName>Abby</ar:FirstName>", "<ar:FirstName>[abim-diplomate.first_name]</ar:FirstName>"),
        ("<ar:LastName>Approved</ar:LastName>", "<ar:LastName>***</ar:LastName>"),
        ("<ar:LastName>Somebody</ar:LastName>", "<ar:LastName>***</ar:LastName>"),
        ("<Status>Approved</Status>", "<Status>Approved</Status>"),
        ("born 1975-03-22, NPI 23146670091", "born [abim-diplomate.date_of_birth], NPI [abim-diplomate.npi]1"),
        ("<e n='2314667009'/>", "<e n='[abim-diplomate.npi]'/>"),
        ("provider 0008273", "provider [provider_id]"),
        ("/x?BirthDate=01-02&UniqueID=77", "/x?BirthDate=***&UniqueID=***"),
    ],
)
def test_nothing_that_identifies_is_left(text: str, clean: str) -> None:
    assert FULL.text(text) == clean


def test_headers_that_carry_credentials_are_blanked() -> None:
    assert FULL.headers({"Authorization": "Basic abc", "X": "s3cret-pass"}) == {"Authorization": "***", "X": "***"}


def test_without_people_only_credentials_go() -> None:
    assert Scrubber(["s3cret-pass"]).text("Abby s3cret-pass") == "Abby ***"


def test_a_scrubbed_text_can_be_played_by_others() -> None:
    other = {**PERSON, "npi": "1234567890"}
    assert (
        restore(FULL.text("<a>2314667009 at 0008273</a>"), {"abim-diplomate": other}, "1") == "<a>1234567890 at 1</a>"
    )
