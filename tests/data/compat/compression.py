"""Squeeze bytes every way there is."""
import bz2
import gzip
import io
import lzma
import zlib

data = b"the same again and again; " * 200
for module in (zlib, bz2, lzma):
    small = module.compress(data)
    print(module.__name__, len(small) < len(data) // 10, module.decompress(small) == data)
buffer = io.BytesIO()
with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
    file.write(data)
print(gzip.decompress(buffer.getvalue()) == data, zlib.decompressobj().decompress(zlib.compress(b"abc"), 2))
