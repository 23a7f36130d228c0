# needs a disk
"""A database in a file, written by two connections and backed up."""
import sqlite3

first, second = sqlite3.connect("shop.db"), sqlite3.connect("shop.db")
with first:
    first.execute("create table stock(sku text primary key, count int)")
    first.executemany("insert into stock values(?, ?)", [(f"s{n}", n) for n in range(1000)])
print(second.execute("select sum(count), max(sku) from stock").fetchone())
with second:
    second.execute("update stock set count = count + 1")
print(first.execute("select sum(count) from stock").fetchone(), first.execute("pragma journal_mode=wal").fetchone())
copy = sqlite3.connect(":memory:")
first.backup(copy)
print(copy.execute("select count(*) from stock").fetchone())
for each in (first, second, copy):
    each.close()
