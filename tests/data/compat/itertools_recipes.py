"""Combine, group and window."""
import itertools as it
from operator import itemgetter

print(list(it.chain.from_iterable(["ab", "cd"])), list(it.islice(it.count(5, 3), 4)), list(it.pairwise("abcd")))
print(list(it.combinations("abc", 2)), list(it.product("ab", repeat=2))[:3], len(list(it.permutations(range(5)))))
rows = sorted([("x", 3), ("y", 1), ("x", 1)], key=itemgetter(0))
print({key: [n for _, n in group] for key, group in it.groupby(rows, key=itemgetter(0))})
print(list(it.accumulate([1, 2, 3, 4], lambda a, b: a * b)), list(it.zip_longest("abc", "x", fillvalue="-")))
print(list(it.takewhile(lambda n: n < 3, range(9))), list(it.compress("abcdef", [1, 0, 1])), list(it.starmap(pow, [(2, 3)])))
first, second = it.tee(iter("ab"))
print(list(first), list(second), list(it.dropwhile(str.islower, "abC")))
