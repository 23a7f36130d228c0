"""Bytes as text, and back."""
import base64
import binascii
import quopri

data = bytes(range(0, 250, 7))
for name in ("b16", "b32", "b64", "b85", "a85"):
    text = getattr(base64, f"{name}encode")(data)
    print(name, text, getattr(base64, f"{name}decode")(text) == data)
print(base64.urlsafe_b64encode(b"\xfb\xff"), binascii.hexlify(b"ab", "-"), quopri.encodestring("é=".encode()))
try:
    base64.b64decode("abc", validate=True)
except binascii.Error as error:
    print(error)
