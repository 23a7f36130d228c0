"""What ran: an append-only record of every run, crash-safe, in SQLite."""

from ptc_cli.journal.journal import Journal

__all__ = ["Journal"]
