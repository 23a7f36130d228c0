"""Print a month, and find days."""
import calendar

print(calendar.TextCalendar(calendar.SUNDAY).formatmonth(2024, 2))
print(calendar.monthrange(2023, 2), calendar.isleap(2100), calendar.timegm((2000, 1, 1, 0, 0, 0)), calendar.day_name[0])
print([day for day in calendar.Calendar().itermonthdates(2024, 1)][:2], calendar.month_abbr[12])
