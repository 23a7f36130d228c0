"""A small database in memory: tables, joins, windows, transactions, functions."""
import sqlite3
from contextlib import closing

with closing(sqlite3.connect(":memory:")) as database:
    database.row_factory = sqlite3.Row
    database.executescript("create table t(k text, n int); create index i on t(k);")
    with database:
        database.executemany("insert into t values(?, ?)", [("a", 1), ("b", 2), ("a", 3), ("ü", None)])
    try:
        with database:
            database.execute("insert into t values('c', 9)")
            raise RuntimeError("roll it back")
    except RuntimeError:
        pass
    database.create_function("twice", 1, lambda n: None if n is None else n * 2)
    for row in database.execute("select k, sum(twice(n)) as s, count(*) as c from t group by k order by k"):
        print(dict(row))
    print([tuple(row) for row in database.execute("select k, row_number() over (order by n desc) from t order by 2")])
    try:
        database.execute("select * from nowhere")
    except sqlite3.OperationalError as error:
        print(error)
    print(len("".join(database.iterdump()).splitlines()) >= 1, database.execute("select upper('x')").fetchone()[0])
