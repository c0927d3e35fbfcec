"""The web: the doorway and its server, PARS's services, the control API and the studio."""
