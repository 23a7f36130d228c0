"""The nouns: frozen values and the protocols between parts. Standard library only, no I/O."""
