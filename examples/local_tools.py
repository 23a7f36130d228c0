"""Lend a function of your own to programs, next to the configured servers."""

import asyncio
from dataclasses import dataclass

from ptc_cli.api import open_engine


@dataclass
class Customer:
    name: str
    plan: str


CUSTOMERS: dict[str, Customer] = {"ada": Customer("Ada", "pro"), "jonas": Customer("Jonas", "free")}


def lookup(key: str) -> Customer:
    """Return a customer by key."""
    return CUSTOMERS[key]


PROGRAM = """
for key in ("ada", "jonas"):
    print(key, crm.lookup(key)["plan"])
"""


async def main() -> None:
    async with open_engine() as engine:
        engine.add_tools(lookup, server="crm", read_only=True)
        print((await engine.run(PROGRAM)).stdout, end="")

        wrong = await engine.run("crm.lookup('ada')['plna']")
        print(wrong.status, "-", wrong.diagnostics[0].message, "-", wrong.diagnostics[0].hint)


asyncio.run(main())
