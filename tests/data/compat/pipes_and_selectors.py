"""Wait for one of several descriptors."""
import os
import select
import selectors
import socket

read, write = os.pipe()
left, right = socket.socketpair()
with selectors.DefaultSelector() as selector:
    selector.register(read, selectors.EVENT_READ, "pipe")
    selector.register(left, selectors.EVENT_READ, "socket")
    os.write(write, b"p")
    print([key.data for key, _ in selector.select(1)], os.read(read, 1))
    right.sendall(b"s")
    print([key.data for key, _ in selector.select(1)], left.recv(10))
print(select.select([read], [], [], 0)[0], os.get_blocking(read), os.isatty(0))
with os.fdopen(write, "w") as file:
    file.write("bye")
print(os.read(read, 10), os.read(read, 1))
