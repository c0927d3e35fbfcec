"""mockpars: ACCME's PARS on your own machine, for development, CI and QA."""

__version__ = "0.1.0"
