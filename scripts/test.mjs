// npm test: runs all checks in order and prints a line for each, then the totals.
import { CHECKS } from './lib/checks.mjs';
import { begun, done, duration, failed, main } from './lib/report.mjs';

await main(async () => {
  const begin = performance.now();
  const total = { passed: 0, failed: 0 };
  const succeeded = new Set();
  for (const { name, needs = [], tells = false, run } of CHECKS) {
    const missing = needs.find((need) => !succeeded.has(need));
    if (missing) {
      failed(`${name}: not run, because ${missing} did not pass`);
      continue;
    }
    if (!tells) begun(`${name}…`);
    const started = performance.now();
    const outcome = await run();
    const time = duration((performance.now() - started) / 1000);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    if (outcome.skipped) {
      done(`${name}: skipped, ${outcome.skipped}`);
    } else if (outcome.failed > 0) {
      const counts = `${outcome.failed} failed, ${outcome.passed} passed`;
      failed(`${name}: ${counts} (${time})\n${outcome.detail ?? ''}`);
      continue;
    } else if (!tells) {
      done(`${name}: ${outcome.passed} passed (${time})`);
    }
    succeeded.add(name);
  }
  console.log(`all checks: ${duration((performance.now() - begin) / 1000)}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  if (total.failed > 0) process.exitCode = 1;
});
