"""Pass what `team.find_person` returns on to `tickets.get_ticket`."""

import json

from tools import team, tickets

found = team.find_person(name="name")
text = found if isinstance(found, str) else json.dumps(found)
answer = tickets.get_ticket(ticket=text)
answer
