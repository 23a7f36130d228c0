"""Compute with dates and times."""
from datetime import date, datetime, timedelta, timezone

start = datetime(2024, 2, 28, 22, 30, tzinfo=timezone.utc)
for hours in (1, 26, 50):
    print((start + timedelta(hours=hours)).isoformat())
print(date.fromisoformat("2024-12-30").isocalendar(), (date(2025, 1, 1) - date(2024, 1, 1)).days)
print(datetime.strptime("03 Mar 2025 04:05", "%d %b %Y %H:%M").strftime("%A %j %U %p %I"))
print(start.astimezone(timezone(timedelta(hours=5, minutes=45), "NPT")), datetime.fromtimestamp(86400 * 365, timezone.utc))
