"""Hand work from thread to thread through queues."""
import queue
import threading

jobs, results = queue.PriorityQueue(), queue.SimpleQueue()
for priority, name in [(3, "sweep"), (1, "boot"), (2, "serve")]:
    jobs.put((priority, name))
jobs.put((99, None))


def consume() -> None:
    while (job := jobs.get())[1] is not None:
        results.put(job)


thread = threading.Thread(target=consume)
thread.start()
thread.join()
print([results.get() for _ in range(3)], results.empty())
small = queue.Queue(maxsize=1)
small.put("x")
try:
    small.put("y", timeout=0.01)
except queue.Full:
    print("full", small.qsize())
stack = queue.LifoQueue()
for each in "abc":
    stack.put(each)
print("".join(stack.get() for _ in range(3)))
