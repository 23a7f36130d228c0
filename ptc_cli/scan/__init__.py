"""What a server says of itself, looked through for what is meant for the model and not for its user.

Nothing is contacted and nothing run. Signs are weighed, not matched against a list of sentences: a text is marked when
what speaks against it adds up.
"""

from ptc_cli.scan.scan import scan, scan_tool

__all__ = ["scan", "scan_tool"]
