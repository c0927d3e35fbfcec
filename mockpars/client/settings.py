"""Where PARS is and who we are, from the environment (R2). Production is never reached by accident."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mockpars.client.errors import NotConfigured

_ACTIVITY_PATH = "/services/ACCMEService.svc/IACCMEServiceREST"
_LEARNER_PATH = "/services/ACCMELearnerService.svc/IACCMELearnerServiceREST"
_PRODUCTION = "https://pars.accme.org"
_HOSTS = {
    "sandbox": ("https://pars03nsbgateways02.azure-api.net", "https://pars03nsbgateways01.azure-api.net"),
    "production": (_PRODUCTION, _PRODUCTION),
}
_PRODUCTION_HOSTS = frozenset({"pars.accme.org", "parsii.accme.org"})


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """The account, the two services, and how long to wait. `timeout` and `connect_timeout` are seconds."""

    user: str
    password: str = field(repr=False)
    provider_id: str
    activity_url: str
    learner_url: str
    environment: str = "sandbox"
    timeout: float = 30.0
    connect_timeout: float = 5.0

    @classmethod
    def from_environ(
        cls, environ: Mapping[str, str] | None = None, *, allow_production: bool = False
    ) -> ClientSettings:
        """Reads ACCME_PARS_USER, ACCME_PARS_PASSWORD, ACCME_PROVIDER_ID and ACCME_ENV.

        ACCME_ACTIVITY_URL and ACCME_LEARNER_URL point at another server than ACCME's, a mock for one; ACCME_TIMEOUT
        is in seconds. Raises NotConfigured, also for production unless `allow_production` says that it is meant.
        """
        found = os.environ if environ is None else environ
        environment = found.get("ACCME_ENV", "").strip() or "sandbox"
        if environment not in _HOSTS:
            raise NotConfigured(f"ACCME_ENV is {environment!r}; it must be sandbox or production.")
        activity, learner = _HOSTS[environment]
        settings = cls(
            user=_required(found, "ACCME_PARS_USER"),
            password=_required(found, "ACCME_PARS_PASSWORD"),
            provider_id=_required(found, "ACCME_PROVIDER_ID"),
            activity_url=(found.get("ACCME_ACTIVITY_URL") or activity + _ACTIVITY_PATH).rstrip("/"),
            learner_url=(found.get("ACCME_LEARNER_URL") or learner + _LEARNER_PATH).rstrip("/"),
            environment=environment,
            timeout=_seconds(found.get("ACCME_TIMEOUT") or "30"),
        )
        settings.check(allow_production=allow_production)
        return settings

    @property
    def is_production(self) -> bool:
        """Whether anything of these settings means production: the word, or a host."""
        hosts = {urlsplit(url).hostname for url in (self.activity_url, self.learner_url)}
        return self.environment == "production" or bool(hosts & _PRODUCTION_HOSTS)

    def check(self, *, allow_production: bool) -> None:
        """Raises NotConfigured for settings that nothing should be sent with."""
        if not re.fullmatch(r"\d{7}", self.provider_id, re.ASCII):
            raise NotConfigured("The provider ID must be seven digits, leading zeroes included (T7).")
        for name, url in (("activity", self.activity_url), ("learner", self.learner_url)):
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
                raise NotConfigured(f"The {name} service's URL must be http(s)://host/path, without credentials in it.")
            if self.is_production and parts.scheme != "https":
                raise NotConfigured(f"The {name} service's URL must be https in production (T4).")
        if self.is_production and not allow_production:
            raise NotConfigured("These settings mean production; that must be allowed explicitly (allow_production).")


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value.strip():
        raise NotConfigured(f"{name} is not set.")
    return value


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= 3600:  # also refuses nan
        raise NotConfigured(f"ACCME_TIMEOUT is {text!r}; it must be seconds, above 0 and up to 3600.")
    return value
