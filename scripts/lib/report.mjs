// Reports each step in one line.

/** Reports the start of a step that takes a while. */
export function begun(text) {
  console.log(`· ${text}`);
}

/** Reports a step that succeeded or had nothing to do. */
export function done(text) {
  console.log(`✓ ${text}`);
}

/** Reports a step that failed. */
export function failed(text) {
  console.log(`✗ ${text}`);
}

/**
 * An expected failure that ends the script. Its message says what to do, and is shown without a
 * stack.
 */
export class Stop extends Error {}

/** “4.2 s”, “3 min 05 s”. */
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Runs an entry script. A Stop ends it with its message, any other error with its stack. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    failed(error instanceof Stop ? error.message : error.stack);
    process.exitCode = 1;
  }
}
