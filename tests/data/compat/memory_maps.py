# needs a disk
"""A file as memory, and memory without a file."""
import mmap

with open("map.bin", "w+b") as file:
    file.write(b"0123456789" * 10)
    file.flush()
    with mmap.mmap(file.fileno(), 0) as view:
        view[0:4] = b"ABCD"
        print(view.find(b"56"), view[:6], len(view))
with open("map.bin", "rb") as file:
    print(file.read(6))
with mmap.mmap(-1, 4096) as anonymous:
    anonymous.write(b"xyz")
    anonymous.seek(0)
    print(anonymous.read(3))
