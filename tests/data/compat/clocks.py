"""Format and compute times without asking for the current one."""
import time

moment = time.gmtime(1_700_000_000)
print(time.strftime("%Y-%m-%dT%H:%M:%SZ", moment), moment.tm_yday, time.asctime(moment))
print(time.strptime("5 Dec 24", "%d %b %y")[:3], time.gmtime(0).tm_year, time.monotonic() <= time.monotonic())
started = time.perf_counter()
time.sleep(0.002)
print(time.perf_counter() - started >= 0.002, time.time() > 1_600_000_000, isinstance(time.process_time_ns(), int))
