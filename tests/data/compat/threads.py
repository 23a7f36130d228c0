"""Threads with a lock, a condition, an event, a barrier, thread locals and a timer."""
import threading

total, lock, local, seen = 0, threading.Lock(), threading.local(), []


def add(count: int) -> None:
    global total
    local.count = count
    for _ in range(count):
        with lock:
            total += 1
    with lock:
        seen.append(local.count)


threads = [threading.Thread(target=add, args=(n * 100,), name=f"adder-{n}") for n in range(1, 9)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(total, sorted(seen), threading.active_count() >= 1, hasattr(local, "count"))
ready, barrier, met = threading.Event(), threading.Barrier(3), []


def meet() -> None:
    ready.wait(5)
    met.append(barrier.wait(5))


group = [threading.Thread(target=meet) for _ in range(3)]
for thread in group:
    thread.start()
ready.set()
for thread in group:
    thread.join()
print(sorted(met), threading.main_thread() is threading.current_thread())
timer = threading.Timer(0.001, print, ["timer fired"])
timer.start()
timer.join()
