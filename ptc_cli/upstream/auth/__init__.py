"""Logging in to servers (OAuth 2.1): who we are to them, what they gave us, and where that is kept.

The SDK's provider logs in wherever a request happens to be refused, and keeps no expiry. Here a login is a command of
its own, which a person gives; requests only use what it brought, and renew it. Of the SDK we use the messages' shapes,
the addresses to look at, and the checks of issuers.

Importing this package imports neither `mcp` nor an HTTP client.
"""

from ptc_cli.upstream.auth.logins import Login, Logins, Vault

__all__ = ["Login", "Logins", "Vault"]
