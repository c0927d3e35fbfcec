"""What PARS knows and how it judges: standard library only, no I/O, no wall clock."""
