"""Group, count and chain."""
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple

words = "the quick brown fox jumps over the lazy dog the end".split()
by_length = defaultdict(list)
for word in words:
    by_length[len(word)].append(word)
print({length: found for length, found in sorted(by_length.items())})
print((Counter(words) + Counter(["fox"] * 2)).most_common(2), Counter("abca") - Counter("ab"))
recent = deque(range(10), maxlen=3)
recent.rotate(1)
Point = namedtuple("Point", "x y", defaults=[0])
print(recent, Point(1)._replace(y=5), ChainMap({"a": 1}, {"a": 2, "b": 3})["b"])
ordered = OrderedDict.fromkeys("cab")
ordered.move_to_end("c")


class Lower(UserDict):
    def __setitem__(self, key, item):
        super().__setitem__(key.lower(), item)


print(list(ordered), Lower(A=1, b=2))
