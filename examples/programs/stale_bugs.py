"""Ask about every open bug that is older than two weeks."""

stale = [t for t in tickets.list_tickets(status="open") if t["days_open"] > 14 and "bug" in t["labels"]]
for ticket in stale:
    reporter = team.find_person(ticket["reporter"])
    tickets.add_comment(ticket["id"], f"{reporter['full_name']}, does this still happen?")
{ticket["id"]: ticket["title"] for ticket in stale}
