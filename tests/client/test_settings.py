"""Where the client goes, and that it never goes to production by accident."""

from __future__ import annotations

import pytest

from mockpars.client import ClientSettings, NotConfigured, ParsClient

ENVIRON = {"ACCME_PARS_USER": "ws@example.org", "ACCME_PARS_PASSWORD": "s3cret-word", "ACCME_PROVIDER_ID": "0008273"}


def test_the_sandbox_is_the_default() -> None:
    found = ClientSettings.from_environ(ENVIRON)
    assert found.activity_url == (
        "https://pars03nsbgateways02.azure-api.net/services/ACCMEService.svc/IACCMEServiceREST"
    )
    assert found.learner_url == (
        "https://pars03nsbgateways01.azure-api.net/services/ACCMELearnerService.svc/IACCMELearnerServiceREST"
    )
    assert not found.is_production


@pytest.mark.parametrize(
    "more",
    [
        {"ACCME_ENV": "production"},
        {"ACCME_LEARNER_URL": "https://pars.accme.org/services/x"},
        {"ACCME_ACTIVITY_URL": "https://PARS.accme.org/services/x"},
    ],
)
def test_production_must_be_meant(more: dict[str, str]) -> None:
    with pytest.raises(NotConfigured, match="production"):
        ClientSettings.from_environ(ENVIRON | more)
    found = ClientSettings.from_environ(ENVIRON | more, allow_production=True)
    assert found.is_production
    with pytest.raises(NotConfigured, match="production"):
        ParsClient(found)


@pytest.mark.parametrize("missing", sorted(ENVIRON))
def test_what_is_missing_is_named(missing: str) -> None:
    with pytest.raises(NotConfigured, match=missing):
        ClientSettings.from_environ(ENVIRON | {missing: " "})


@pytest.mark.parametrize(
    "more",
    [
        {"ACCME_ENV": "staging"},
        {"ACCME_PROVIDER_ID": "8273"},
        {"ACCME_LEARNER_URL": "ftp://example.org/x"},
        {"ACCME_LEARNER_URL": "https://user:word@example.org/x"},
        {"ACCME_TIMEOUT": "soon"},
        {"ACCME_TIMEOUT": "nan"},
        {"ACCME_ENV": "production", "ACCME_LEARNER_URL": "http://pars.accme.org/x"},
    ],
)
def test_what_cannot_be_right_is_refused(more: dict[str, str]) -> None:
    with pytest.raises(NotConfigured):
        ClientSettings.from_environ(ENVIRON | more, allow_production=True)


def test_the_password_is_not_shown() -> None:
    assert "s3cret-word" not in repr(ClientSettings.from_environ(ENVIRON))
