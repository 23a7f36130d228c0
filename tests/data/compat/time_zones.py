"""Plan a meeting over zones and a change to summer time."""
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

meeting = datetime(2025, 3, 30, 1, 30, tzinfo=ZoneInfo("UTC"))
for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"):
    local = meeting.astimezone(ZoneInfo(name))
    print(name, local.isoformat(), local.tzname(), local.dst())
before = datetime(2025, 3, 30, 1, 59, tzinfo=ZoneInfo("Europe/Berlin"))
print((before + timedelta(minutes=1)).isoformat(), len(available_timezones()) > 400)
try:
    ZoneInfo("Mars/Olympus")
except ZoneInfoNotFoundError as error:
    print(error)
