"""JSON Schema to typed stubs, and the tree that an agent reads."""
