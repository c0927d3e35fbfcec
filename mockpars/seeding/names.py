"""Names that break clients, and the ordinary ones Faker makes to put between them."""

from collections.abc import Iterator

from faker import Faker

# Real people are called such things, and forms, CSV files, XML templates and sort orders trip over them.
# Suffixes stand in the last name, since PARS has no field for them.
AWKWARD: tuple[tuple[str, str], ...] = (
    # accents
    ("Zoë", "Brontë"),
    ("François", "Lefèvre"),
    ("Iñaki", "Ibáñez"),
    ("Jürgen", "Größer"),
    ("João", "Gonçalves"),
    # apostrophes
    ("Dario", "D'Angelo"),
    ("Siobhán", "O'Sullivan"),
    ("Ta'Nisha", "M'Bala"),
    # hyphens
    ("Jean-Luc", "Moreau"),
    ("Mary-Kate", "Fitz-Gerald"),
    ("Nadia", "Al-Rashid"),
    # suffixes
    ("Thurston", "Howard III"),
    ("Clarence", "Beaumont, Jr."),
    ("Emmett", "Lockhart Sr."),
    # one letter, two letters
    ("E", "Easton"),
    ("Q", "Y"),
    ("Xi", "Ng"),
    # long
    ("Hubert Blaine Augustus Bartholomew", "Langenscheidt-Oberhausen-Unterkirchen-Mitterwald"),
    ("Venkatanarasimharajuvaripeta", "Lakshminarayanan Subramanian"),
    # several words, prefixes, capitals inside
    ("Pieter", "Van der Berg"),
    ("Ludwig", "von und zu Hohenfels"),
    ("Maria del Carmen", "García y Vega"),
    ("Omar", "bin Abdul Aziz"),
    ("Fiona", "MacLeòid"),
    ("LeRoy", "McAllister"),
    # transliterated; letters such as Đ, Ł, Æ and Þ do not come apart into a base and an accent
    ("Thị Hạnh", "Nguyễn"),
    ("Lan", "Đặng"),
    ("Łukasz", "Łapiński"),
    ("Ayşe", "Yıldırım"),  # noqa: RUF001 - the dotless letter is the point
    ("Æsa", "Þorsteinsdóttir"),
    ("Ştefan", "Țărnă"),
    ("Čeněk", "Dvořák"),
    ("Kalani", "Kealoha-ʻŌpūnui"),  # noqa: RUF001 - the okina is the point
    # marks that must be escaped in XML, JSON, CSV, SQL or URLs; PARS keeps what a typist left in
    ('William "Bill"', "Quotely"),
    ("Amandine", "Ampère & Sand"),
    ("Robert", "Semicolon; Jr."),
    ("Percy", "Percent%20"),
    # words that spreadsheets, JSON and databases take for something else
    ("Jennifer", "Null"),
    ("True", "None"),
    ("May", "March"),
)


def ordinary_names(seed: int) -> Iterator[tuple[str, str]]:
    """Yield first and last names without end, the same ones for the same seed and release of Faker."""
    faker = Faker("en_US")
    faker.seed_instance(seed)
    while True:
        yield str(faker.first_name_female()), str(faker.last_name())
        yield str(faker.first_name_male()), str(faker.last_name())
