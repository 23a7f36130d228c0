"""Front doors other than the command line: each translates the engine's verbs into a protocol, and decides nothing."""
