"""What the pytest plugin's fixtures are made of; all of it goes through the control API, nothing through the inside."""

from mockpars.pytest_support.journal import Exchange, Journal
from mockpars.pytest_support.people import Activity, Physician
from mockpars.pytest_support.sandbox import Pars, Record, fresh

__all__ = ["Activity", "Exchange", "Journal", "Pars", "Physician", "Record", "fresh"]
