"""Support tickets: an exchange with all that ACCME asks for (R4), and all that `mockpars replay` needs."""
