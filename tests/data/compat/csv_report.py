"""Sum the sales of each region from a table with quoted cells."""
import csv
import io

TABLE = 'region,product,amount\nNorth,"Desk, oak",1200.50\nSouth,Lamp,80\nNorth,"Chair ""classic""",300\n'
totals: dict[str, float] = {}
rows = list(csv.DictReader(io.StringIO(TABLE)))
for row in rows:
    totals[row["region"]] = totals.get(row["region"], 0) + float(row["amount"])
out = io.StringIO()
writer = csv.writer(out, dialect="excel-tab", quoting=csv.QUOTE_NONNUMERIC)
writer.writerow(["region", "total"])
writer.writerows(sorted(totals.items()))
print(out.getvalue())
print([row["product"] for row in rows], csv.Sniffer().sniff("a;b;c\n1;2;3\n").delimiter)
