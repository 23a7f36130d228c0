"""Pack and unpack a file format."""
import array
import struct
import sys

header = struct.pack("<4sHIq", b"PTC1", 3, 0xDEADBEEF, -5)
print(header.hex(), struct.unpack("<4sHIq", header), struct.calcsize("<4sHIq"))
print([f"{x:.3f}" for (x,) in struct.iter_unpack(">f", struct.pack(">3f", 1.5, -2, 3.25))], (1000).to_bytes(3, "big"))
numbers = array.array("i", [1, 2, 3])
numbers.extend(range(3))
numbers.byteswap()
print(numbers[0], numbers.itemsize, sys.byteorder, memoryview(b"abcdef")[1:4].tobytes(), bytearray(b"ab").hex("-"))
