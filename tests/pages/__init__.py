"""The pages of the documentation that are made from the commands themselves: `make docs`."""
