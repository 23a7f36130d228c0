"""What is to be done at the end."""
import atexit
import sys

atexit.register(print, "at exit: first registered, last done")
atexit.register(print, "at exit: last registered, first done")
print("body", sys.version_info >= (3, 11), sys.maxsize, sys.getrecursionlimit(), __name__)
