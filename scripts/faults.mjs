// npm run faults: writes docs/faults.md from the table that the tests walk.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdown } from '../tests/browser/fault-table/table.mjs';
import { ROOT } from './lib/paths.mjs';
import { done } from './lib/report.mjs';

writeFileSync(join(ROOT, 'docs', 'faults.md'), markdown());
done('docs/faults.md: written');
