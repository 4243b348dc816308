// The first part of `npm run lint`: columns, lengths and circles.
import { done, main, Stop } from './lib/report.mjs';
import { faults } from './lib/structure.mjs';

await main(async () => {
  const found = faults();
  if (found.length > 0) throw new Stop(found.join('\n'));
  done('structure: lines, files and circles');
});
