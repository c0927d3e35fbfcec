"""The OpenAPI 3.1 description of everything that is served.

Nothing is described twice: the control API comes from its table of endpoints, whose schemas also judge requests;
the PARS services come from the table of operations and from the XSDs that judge messages.
"""

from mockpars.web.openapi.description import describe

__all__ = ["describe"]
