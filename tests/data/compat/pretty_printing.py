"""Show nested data so that people can read it."""
import pprint
import reprlib

data = {"name": "x" * 30, "items": [{"id": n, "tags": ["a", "b"] * n} for n in range(4)], "nested": {"a": {"b": {"c": 1}}}}
pprint.pprint(data, width=60, compact=True)
print(pprint.pformat(data, depth=2, sort_dicts=False), reprlib.repr(list(range(100))))
loop = [1]
loop.append(loop)
print(loop, pprint.isrecursive(loop))
