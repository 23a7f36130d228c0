"""How things look in a terminal: text, tables, diagnostics and runs, each drawn from values onto a stream.

Everything that came from elsewhere (programs, servers, descriptions, results) is shown with its control characters
made visible when the stream is a terminal, and passes unchanged when it is not.
"""
