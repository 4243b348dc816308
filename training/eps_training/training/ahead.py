"""The next batch, drawn while the network works on this one.

On a GPU a thread draws on a stream of its own: the thread overlaps the host's launches, the stream
the device's work. The draws are the same, in the same order, as without it. On a CPU, where both
would share the cores, a batch is drawn when it is asked for.

Order on the device: the drawing stream waits for what the main stream had been given when the draw
began, and the main stream for the end of the draw; a batch's memory is not given away before the
main stream is done with it (`record_stream`).
"""
from concurrent.futures import ThreadPoolExecutor
import torch


class Ahead:
    """draw() -> (families, x, [tensors]); streams() -> the state of all random streams, as it is.
    threaded: by a thread, usually on a GPU alone."""

    def __init__(self, draw, streams, device, threaded=None):
        self.draw, self._streams, self.device = draw, streams, device
        threaded = device.type == 'cuda' if threaded is None else threaded
        self.pool = ThreadPoolExecutor(1) if threaded else None
        self.stream = torch.cuda.Stream(device) if threaded and device.type == 'cuda' else None
        self.pending, self.before, self.steps = None, None, 0

    def next(self):
        """The next batch. The first two are drawn here: what the draws and the network keep on the
        device for good is made in them, before two streams could make it at once."""
        batch = self._received() if self.pending else self.draw()
        self.steps += 1
        if self.pool and self.steps > 1:
            self.before = self._streams()
            begun = torch.cuda.current_stream(self.device).record_event() if self.stream else None
            self.pending = self.pool.submit(self._draw, begun)
        return batch

    def streams(self):
        """The state of the random streams from which the next batch is drawn, for a checkpoint."""
        return self.before if self.pending else self._streams()

    def close(self):
        """Waits for the thread; the batch that it has drawn is lost."""
        if self.pool:
            self.pool.shutdown()
        self.pending = self.pool = None

    def _draw(self, begun):
        if not self.stream:
            return self.draw(), None
        with torch.cuda.stream(self.stream):
            self.stream.wait_event(begun)
            batch = self.draw()
            return batch, self.stream.record_event()

    def _received(self):
        (families, x, asked), ended = self.pending.result()
        self.pending = None
        if ended:
            main = torch.cuda.current_stream(self.device)
            main.wait_event(ended)
            for t in (x, *asked):
                t.record_stream(main)
        return families, x, asked
