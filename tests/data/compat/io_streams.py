"""Text and bytes in memory, wrapped and buffered."""
import io

text = io.StringIO("first\nsecond\r\nthird", newline=None)
print(text.readlines(), text.tell())
raw = io.BytesIO()
wrapped = io.TextIOWrapper(raw, encoding="utf-16-le", newline="\r\n", write_through=True)
wrapped.write("añb\n")
print(raw.getvalue())
buffered = io.BufferedReader(io.BytesIO(bytes(range(100))), buffer_size=10)
print(buffered.peek(3)[:3], buffered.read(4), buffered.seek(-5, io.SEEK_END), buffered.read())
try:
    io.StringIO("x").fileno()
except io.UnsupportedOperation as error:
    print(type(error).__name__)
print("to the end", end="!\n", flush=True)
