"""What the suite refuses to do on a service that is not its own."""

from __future__ import annotations

from argparse import Namespace

import pytest

from mockpars.contract.library import Library
from mockpars.contract.messages import Message, compose
from mockpars.contract.targets.factory import open_target
from mockpars.contract.targets.guard import Guard, passes_check_digit, refuse_production
from mockpars.contract.targets.pace import Pace
from mockpars.contract.targets.sandbox import read_account
from mockpars.contract.trouble import BudgetSpent, TargetRefused, UsageWrong

LIBRARY = Library()
ACCOUNT = {
    "ACCME_PARS_USER": "u", "ACCME_PARS_PASSWORD": "p", "ACCME_PROVIDER_ID": "0008273", "ACCME_ENV": "sandbox",
}  # fmt: skip
BASE = "https://pars03nsbgateways01.azure-api.net"


def options(**given: object) -> Namespace:
    plain = {
        "target": "sandbox", "activity_url": None, "learner_url": None, "i_hold_the_credentials": True, "roles": None,
        "rate": 1.0, "budget": 1, "state": None, "keep": False, "extraction": None, "token": None,
    }  # fmt: skip
    return Namespace(**{**plain, **given})


def message(npi: str, **send: object) -> Message:
    person = {"first_name": "A", "last_name": "B", "date_of_birth": "1970-01-01", "npi": npi}
    scope = {"user": "u", "password": "p", "provider_id": "0008273", "learner": person}
    return compose(LIBRARY, {"operation": "LearnerMatchRequest", "body": "match", **send}, scope)


@pytest.mark.parametrize(
    "url",
    [
        "https://pars.accme.org",
        "https://parsii.accme.org/services",
        "https://PARS.ACCME.ORG.",
        "https://user@pars.accme.org:443/x",
        "https://accme.org",
    ],
)
def test_production_hosts_are_refused_however_they_are_written(url: str) -> None:
    with pytest.raises(TargetRefused, match="production"):
        refuse_production(url)


@pytest.mark.parametrize("url", [BASE, "http://127.0.0.1:8027", "https://accme.org.example.com"])
def test_other_hosts_are_not(url: str) -> None:
    refuse_production(url)


def test_a_production_host_is_refused_as_a_url_target_too() -> None:
    with pytest.raises(TargetRefused):
        open_target(options(target="https://pars.accme.org"), LIBRARY, "run")


def test_an_environment_of_production_is_refused() -> None:
    with pytest.raises(TargetRefused, match="ACCME_ENV"):
        read_account({**ACCOUNT, "ACCME_ENV": "production"})


def test_a_missing_account_is_named() -> None:
    with pytest.raises(UsageWrong, match="ACCME_PARS_PASSWORD"):
        read_account({**ACCOUNT, "ACCME_PARS_PASSWORD": ""})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"i_hold_the_credentials": False}, "credentials of u"),
        ({"activity_url": "https://pars.accme.org"}, "production"),
        ({"learner_url": "http://gateway.example.org"}, "in the open"),
    ],
)
def test_the_sandbox_opens_only_with_consent_to_safe_hosts(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, object], said: str
) -> None:
    for name, value in ACCOUNT.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(TargetRefused, match=said):
        open_target(options(**given), LIBRARY, "run")


def test_a_person_of_the_test_set_may_be_sent() -> None:
    Guard(["1003000126"]).check(BASE, message("1003000126"))


@pytest.mark.parametrize("npi", ["1234567890", "3003000126", "12345"])
def test_a_number_that_can_be_nobodys_npi_may_be_sent(npi: str) -> None:
    Guard([]).check(BASE, message(npi))


def test_anybody_else_is_refused() -> None:
    assert passes_check_digit("1003000126")
    with pytest.raises(TargetRefused, match="not in the test set"):
        Guard(["1992999999"]).check(BASE, message("1003000126"))


def test_anybody_else_is_refused_in_utf_16_and_in_a_query_too() -> None:
    with pytest.raises(TargetRefused):
        Guard([]).check(BASE, message("1003000126", encoding="utf-16"))
    with pytest.raises(TargetRefused):
        Guard([]).check(BASE, message("1", query={"UniqueID": "1003000126"}))


@pytest.mark.parametrize(
    "send", [{"path": "@pars.accme.org/x"}, {"path": ".example.org/x"}, {"headers": {"Host": "pars.accme.org"}}]
)
def test_a_case_cannot_send_elsewhere(send: dict[str, object]) -> None:
    with pytest.raises(TargetRefused):
        Guard([]).check(BASE, message("1", **send))


def test_the_pace_keeps_the_rate_and_the_budget() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(rate=2, budget=3, now=lambda: now[0], sleep=sleep)
    for _ in range(3):
        pace.wait()
    assert slept == [0.5, 0.5]
    with pytest.raises(BudgetSpent, match="budget of 3 calls"):
        pace.wait()
    pace.wait(counted=False)
    assert pace.spent == 3
