// One line a step, in one style.

/** A step that has begun and takes a while. */
export function begun(text) {
  console.log(`· ${text}`);
}

/** A step that is done, or had nothing to do. */
export function done(text) {
  console.log(`✓ ${text}`);
}

/** A step that failed. */
export function failed(text) {
  console.log(`✗ ${text}`);
}

/**
 * What stops a script, told so that a person knows what to do. Thrown on purpose: no stack is
 * shown.
 */
export class Stop extends Error {}

/** “4.2 s”, “3 min 05 s”. */
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Runs an entry script: a Stop ends it with its message, anything else with its stack. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    failed(error instanceof Stop ? error.message : error.stack);
    process.exitCode = 1;
  }
}
