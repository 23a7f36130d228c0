"""Read, change and write nested JSON, also with what JSON does not have."""
import json
from datetime import date


class Encoder(json.JSONEncoder):
    def default(self, o):
        return o.isoformat() if isinstance(o, date) else super().default(o)


order = json.loads('{"id": 7, "lines": [{"sku": "A", "qty": 2}, {"sku": "B", "qty": 1}], "note": "caf\\u00e9"}')
order["due"] = date(2026, 3, 1)
order["quantity"] = sum(line["qty"] for line in order["lines"])
print(json.dumps(order, cls=Encoder, sort_keys=True, indent=2, ensure_ascii=False))
try:
    json.loads('{"broken": ]}')
except json.JSONDecodeError as error:
    print(error.msg, error.lineno, error.colno)
print(json.dumps([float("inf"), 2**70, 1e-7, True, None]))
