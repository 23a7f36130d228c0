"""Configuration: find it, read it in whichever client's format, merge it, edit it; and what its references mean."""

from ptc_cli.config.edit import add_server, create, remove_server, set_output_schema
from ptc_cli.config.folders import folders
from ptc_cli.config.load import Review, load, looked_at, review
from ptc_cli.config.references import References
from ptc_cli.config.start import initial
from ptc_cli.config.trust import TrustStore

__all__ = [
    "References",
    "Review",
    "TrustStore",
    "add_server",
    "create",
    "folders",
    "initial",
    "load",
    "looked_at",
    "remove_server",
    "review",
    "set_output_schema",
]
