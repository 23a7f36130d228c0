"""Draw a chart of a mounted file with packages of a configured environment.

In ptc.toml: [sandbox] python = ".../bin/python" of an environment with pandas and matplotlib.

ptc run examples/files/sales_chart.py --mount examples/files/sales_data.csv --keep '*.png'
"""

import matplotlib.pyplot as plt
import pandas as pd

sales = pd.read_csv("/mnt/sales_data.csv")
sales["revenue"] = sales["units"] * sales["price"]
by_month = sales.pivot_table(index="month", columns="region", values="revenue", aggfunc="sum")
print(by_month.to_string())

by_month.plot(kind="bar", ylabel="revenue")
plt.tight_layout()
plt.savefig("sales.png")
by_month.sum().round(2).to_dict()
