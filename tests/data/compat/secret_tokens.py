"""Tokens, which are never the same, and comparisons."""
import secrets

print(len(secrets.token_hex(8)), len(secrets.token_urlsafe(9)), secrets.randbelow(5) in range(5), secrets.choice("a"))
print(secrets.token_bytes(4) != secrets.token_bytes(4), secrets.compare_digest(b"a", b"a"), 0 <= secrets.randbits(3) < 8)
