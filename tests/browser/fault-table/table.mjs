// The table of faults: what is wrong, the code that it gives, and the time within which it does.
import { INPUT } from './input.mjs';
import { LOADING } from './loading.mjs';
import { RUNS } from './runs.mjs';
import { SLEEPS } from './sleeps.mjs';

/** Milliseconds to the answer on a photo of 64 × 64 pixels, where a fault states no other. */
export const LIMIT_MS = 1000;

/** The section of faults that only a page in the background has. */
export const SLEEP = 'A page that sleeps';

export const FAULTS = {
  Loading: LOADING,
  'What a call is given': INPUT,
  'During a run': RUNS,
  [SLEEP]: SLEEPS,
};

const HEAD = `# Faults

Each row is a test: the fault is brought about, the call answers with the code in time, and the next
call works. Without a fault the code is “none”. The times are those of a photo of 64 × 64 pixels on
the CPU; a load that starts its engine first has 4 s. “stall” is the option \`stallMs\`.

The data is in \`tests/browser/fault-table\`, and \`npm run faults\` writes this file.

[soak.json](soak.json) is the output of 500 restorations in one page, by \`npm run test:long\`: 13
tasks, sides of 1 to 200 pixels, 0 to 2 samples in two workers, and in a quarter of the calls an
abort, a callback that throws, a wrong option or a worker that is ended from outside. No call
hangs or gives pictures of another size. The page's process, with its workers, takes 507 MB after
100 calls and 505 MB after 500.
`;

/** The table as \`docs/faults.md\` has it. */
export function markdown() {
  const sections = Object.entries(FAULTS).map(([title, faults]) => {
    const rows = Object.entries(faults).map(
      ([fault, { code, limit, options }]) =>
        `| ${fault} | ${code.includes(' ') || code === 'none' ? code : `\`${code}\``} | ` +
        `${seconds(limit ?? LIMIT_MS, options?.stallMs)} |`,
    );
    return [`\n## ${title}\n`, '| fault | code | answer within |', '| --- | --- | --- |', ...rows];
  });
  return [HEAD.trimEnd(), ...sections.flat()].join('\n') + '\n';
}

function seconds(limit, stallMs) {
  return stallMs ? `stall + ${(limit - stallMs) / 1000} s` : `${limit / 1000} s`;
}
