"""A client of PARS for production use: match, save and status over its XML services (T1 to T5).

It knows nothing of the mock: `requests` and the standard library are all it imports. Install it with
`pip install mockpars[client]`; `python -m mockpars.client` runs it on one completion event.
"""

from mockpars.client.errors import (
    ClientError,
    Fault,
    InvalidValue,
    NoAnswer,
    NotConfigured,
    ParsError,
    Unclear,
    Unreadable,
)
from mockpars.client.events import handle
from mockpars.client.exchange import Exchange
from mockpars.client.pars import ParsClient
from mockpars.client.report import Report, Reporter
from mockpars.client.results import Accepted, Delivery, LearnerStatus, Problem, Rejected
from mockpars.client.settings import ClientSettings
from mockpars.client.values import Completion, Course, Credit, Learner, MocRegistration, as_date

__all__ = [
    "Accepted",
    "ClientError",
    "ClientSettings",
    "Completion",
    "Course",
    "Credit",
    "Delivery",
    "Exchange",
    "Fault",
    "InvalidValue",
    "Learner",
    "LearnerStatus",
    "MocRegistration",
    "NoAnswer",
    "NotConfigured",
    "ParsClient",
    "ParsError",
    "Problem",
    "Rejected",
    "Report",
    "Reporter",
    "Unclear",
    "Unreadable",
    "as_date",
    "handle",
]
