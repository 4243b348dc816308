// A worker that is loaded for one question, and ends with it.

/**
 * @param read takes its messages; what it returns first is the answer.
 * @throws what `read` throws, the worker's own error, and the signal's reason.
 */
export async function askOnce<T>(
  worker: Worker,
  question: unknown,
  read: (message: unknown) => T | undefined,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await new Promise<T>((resolve, reject) => {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        try {
          const answer = read(data);
          if (answer !== undefined) resolve(answer);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      worker.addEventListener('error', ({ message }) =>
        reject(new Error(message || 'The worker failed.')),
      );
      worker.postMessage(question);
    });
  } finally {
    worker.terminate();
  }
}
