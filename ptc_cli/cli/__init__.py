"""The commands, one module per noun. click's home; everything heavy is imported when a command needs it."""
