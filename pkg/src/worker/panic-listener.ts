/**
 * Calls `onPanic` with the message of each panic of the core. The trap that follows a panic says
 * only “unreachable”, and the core's panic hook writes the message to the console. So this replaces
 * the console's `error`, which still writes.
 */
export function listenForPanics(
  console: Pick<Console, 'error'>,
  onPanic: (message: string) => void,
): void {
  const write = console.error.bind(console);
  console.error = (...words: unknown[]) => {
    const [text] = words;
    if (typeof text === 'string' && text.includes('panicked at'))
      onPanic(text.replace(/\n\nStack:[^]*$/, '').trim());
    write(...words);
  };
}
