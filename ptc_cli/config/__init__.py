"""Configuration: find it, read it in whichever client's format, merge it, edit it; and what its references mean."""

from ptc_cli.config.client_entry import ClientEntry, ClientName, client_file, with_entry, words
from ptc_cli.config.edit import add_server, create, remove_server, set_output_schema
from ptc_cli.config.folders import folders
from ptc_cli.config.load import Review, load, review
from ptc_cli.config.references import References
from ptc_cli.config.start import initial
from ptc_cli.config.trust import TrustStore
from ptc_cli.config.watch import Files
from ptc_cli.config.writing import replace_file

__all__ = [
    "ClientEntry",
    "ClientName",
    "Files",
    "References",
    "Review",
    "TrustStore",
    "add_server",
    "client_file",
    "create",
    "folders",
    "initial",
    "load",
    "remove_server",
    "replace_file",
    "review",
    "set_output_schema",
    "with_entry",
    "words",
]
