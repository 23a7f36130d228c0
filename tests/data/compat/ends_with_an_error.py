"""Print, then fail: what was printed stays."""
import sys

print("before")
print("aside", file=sys.stderr, flush=True)
values = [1, 2, 3]
sys.exit(0 if sum(values) == 6 else 1)
