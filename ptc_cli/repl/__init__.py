"""The prompts: programs entry by entry, and the shell over the tree. prompt_toolkit's home."""
