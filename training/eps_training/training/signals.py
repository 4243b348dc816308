"""SIGTERM as a wish that the loop can grant at the end of a step."""
import signal


class Terminated:
    """with Terminated() as terminated: … `terminated.asked` is True once the signal has come."""

    def __enter__(self):
        self.asked = False
        self.before = signal.signal(signal.SIGTERM, self._note)
        return self

    def _note(self, *_):
        self.asked = True

    def __exit__(self, *_):
        signal.signal(signal.SIGTERM, self.before)
