"""The National Provider Identifier: ten digits of which the last is a check digit."""

from random import Random

# The issuer prefix of US health identifiers (80 = health, 840 = United States); the check digit covers it.
ISSUER_PREFIX = "80840"

# An NPI may start with 1 or 2, but all that were ever issued start with 1: so none of ours is a person's.
UNISSUED_START = "2"

NPI_LENGTH = 10


def check_digit(first_nine: str) -> int:
    """Return the digit (0 to 9) that completes the first nine digits of an NPI, by the Luhn formula."""
    total = 0
    for place, digit in enumerate(reversed(ISSUER_PREFIX + first_nine)):
        value = int(digit)
        if place % 2 == 0:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return -total % 10


def passes_check(npi: str) -> bool:
    """Say whether this is ten digits of which the last is the right check digit."""
    well_formed = len(npi) == NPI_LENGTH and npi.isascii() and npi.isdigit()
    return well_formed and check_digit(npi[:-1]) == int(npi[-1])


def unissued_npi(random: Random) -> str:
    """Draw an NPI that passes the check digit but lies in the range that nobody is given."""
    first_nine = f"{UNISSUED_START}{random.randrange(10**8):08d}"
    return f"{first_nine}{check_digit(first_nine)}"
