"""Go on when a tool fails, and report what failed."""

import ptc

missing = []
for key in ["T-101", "T-999", "T-102"]:
    try:
        tickets.get_ticket(key)
    except ptc.ToolError as error:
        missing.append(f"{key}: {error.text}")
missing
