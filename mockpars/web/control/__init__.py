"""The control API: endpoints as a table, which feeds the routes, the checks of requests and the description."""
