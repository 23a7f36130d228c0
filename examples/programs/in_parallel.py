"""Fetch several tickets at the same time."""

import asyncio

found = await asyncio.gather(*(tickets.get_ticket(f"T-{number}") for number in range(101, 107)))
[ticket["title"] for ticket in found if ticket["priority"] == "urgent"]
