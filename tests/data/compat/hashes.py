"""Digests of all kinds, keyed and not."""
import hashlib
import hmac
import zlib

text = "The quick brown fox jumps over the lazy dog".encode()
for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b"):
    print(name, hashlib.new(name, text).hexdigest()[:32])
print(hmac.new(b"key", text, "sha256").hexdigest(), hmac.compare_digest("a", "a"))
print(hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1000).hex(), zlib.crc32(text), zlib.adler32(text))
print(hashlib.blake2s(text, digest_size=8, key=b"k").hexdigest(), hashlib.shake_128(text).hexdigest(8))
print(hashlib.scrypt(b"p", salt=b"s", n=16, r=1, p=1, dklen=8).hex())
