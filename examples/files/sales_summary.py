"""Sum a mounted file up, and leave a table behind.

ptc run examples/files/sales_summary.py --mount examples/files/sales_data.csv --keep
"""

import csv
from collections import defaultdict
from pathlib import Path

revenue: dict[str, float] = defaultdict(float)
with Path("/mnt/sales_data.csv").open(newline="") as file:
    for row in csv.DictReader(file):
        revenue[row["region"]] += int(row["units"]) * float(row["price"])

with Path("revenue.csv").open("w", newline="") as file:
    csv.writer(file).writerows([("region", "revenue"), *sorted(revenue.items())])

best = max(revenue, key=lambda region: revenue[region])
print(f"{best} sold most: {revenue[best]:,.2f}")
dict(revenue)
