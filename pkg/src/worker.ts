/** The worker's script. Bundlers emit it for the `new URL(…)` in `page/worker-link.ts`. */
import type { ToWorker } from './shared/protocol.js';
import { CallServer } from './worker/call-server.js';

const server = new CallServer();

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => server.receive(data));

// A panic in a promise of the core never settles the promise. It arrives here and is reported once,
// as a message.
self.addEventListener('error', (event) => {
  event.preventDefault();
  server.failAll(event.error ?? new Error(event.message));
});
self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  server.failAll(event.reason);
});
