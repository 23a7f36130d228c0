"""An alarm in the program's own process."""
import signal
import time


def ring(number: int, frame: object) -> None:
    raise TimeoutError(signal.Signals(number).name)


signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.01)
try:
    time.sleep(5)
except TimeoutError as error:
    print("rang:", error)
print(signal.getsignal(signal.SIGALRM) is ring, signal.strsignal(signal.SIGTERM), signal.getitimer(signal.ITIMER_REAL))
received = []
signal.signal(signal.SIGUSR1, lambda number, _: received.append(number))
signal.raise_signal(signal.SIGUSR1)
print(received == [signal.SIGUSR1])
