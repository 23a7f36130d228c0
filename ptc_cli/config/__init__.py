"""Configuration: find it, read it in whichever client's format, merge it, edit it; and what its references mean."""

from ptc_cli.config.edit import add_server, create, remove_server, set_approved, set_output_schema
from ptc_cli.config.folders import folders
from ptc_cli.config.grants import Grant, GrantStore
from ptc_cli.config.importing import Import, Imports, found_clients, plan, take_over
from ptc_cli.config.keychain import KeychainVault
from ptc_cli.config.load import Review, load, looked_at, review
from ptc_cli.config.references import References
from ptc_cli.config.start import initial
from ptc_cli.config.state import StateFile
from ptc_cli.config.trust import TrustStore
from ptc_cli.config.watch import Files

__all__ = [
    "Files",
    "Grant",
    "GrantStore",
    "Import",
    "Imports",
    "KeychainVault",
    "References",
    "Review",
    "StateFile",
    "TrustStore",
    "add_server",
    "create",
    "folders",
    "found_clients",
    "initial",
    "load",
    "looked_at",
    "plan",
    "remove_server",
    "review",
    "set_approved",
    "set_output_schema",
    "take_over",
]
