"""Join and aggregate a hundred thousand rows."""
import random
from collections import defaultdict
from operator import itemgetter

random.seed(7)
customers = {n: f"c{n % 97}" for n in range(1000)}
orders = [(random.randrange(1000), random.randrange(1, 500)) for _ in range(100_000)]
totals: dict[str, int] = defaultdict(int)
for customer, amount in orders:
    totals[customers[customer]] += amount
top = sorted(totals.items(), key=itemgetter(1, 0), reverse=True)[:3]
print(len(totals), top, sum(totals.values()) == sum(amount for _, amount in orders))
matrix = [[(i * j) % 7 for j in range(60)] for i in range(60)]
print(sum(sum(a * b for a, b in zip(row, column)) for row in matrix for column in zip(*matrix)))
