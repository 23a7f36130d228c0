"""Configuration: find it, read it in whichever client's format, merge it, edit it; and what its references mean."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

# Not late like the others: each has the name of its module, which would hide it.
from ptc_cli.config.folders import folders
from ptc_cli.config.load import Review, load, looked_at, review

if TYPE_CHECKING:
    from ptc_cli.config.client_entry import ClientEntry, ClientName, client_file, with_entry, words
    from ptc_cli.config.edit import add_server, create, remove_server, set_approved, set_output_schema
    from ptc_cli.config.grants import Grant, GrantStore
    from ptc_cli.config.importing import Import, Imports, found_clients, plan, take_over
    from ptc_cli.config.keychain import KeychainVault
    from ptc_cli.config.references import References
    from ptc_cli.config.start import initial
    from ptc_cli.config.state import StateFile
    from ptc_cli.config.trust import TrustStore
    from ptc_cli.config.watch import Files

__all__ = [
    "ClientEntry",
    "ClientName",
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
    "client_file",
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
    "with_entry",
    "words",
]

_HOMES = {
    "add_server": "edit",
    "create": "edit",
    "remove_server": "edit",
    "set_approved": "edit",
    "set_output_schema": "edit",
    "Grant": "grants",
    "GrantStore": "grants",
    "Import": "importing",
    "Imports": "importing",
    "found_clients": "importing",
    "plan": "importing",
    "take_over": "importing",
    "KeychainVault": "keychain",
    "References": "references",
    "initial": "start",
    "StateFile": "state",
    "TrustStore": "trust",
    "Files": "watch",
    "ClientEntry": "client_entry",
    "ClientName": "client_entry",
    "client_file": "client_entry",
    "with_entry": "client_entry",
    "words": "client_entry",
}


def __getattr__(name: str) -> object:
    """Import what is asked for: most commands only read, and have no 30 ms for what edits and imports files."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ptc_cli.config' has no attribute '{name}'")
    return getattr(import_module(f"ptc_cli.config.{_HOMES[name]}"), name)
