// npm run test:long: checks that take too long for every change. The package is built from its own
// files, as crates.io would; licences and sources of all dependencies are checked.
import { begun, done, main, Stop } from './lib/report.mjs';
import { ask, run } from './lib/run.mjs';
import { cargoEnv } from './lib/rust.mjs';

const PACKAGE = ['cargo', 'package', '--locked', '--allow-dirty'];
const DENY = ['cargo', 'deny', '--all-features', 'check', 'licenses', 'bans', 'sources'];

await main(async () => {
  begun('cargo package: building the crate from its own files (10 min)…');
  await run('cargo package', PACKAGE, { env: cargoEnv() });
  done('cargo package: built');
  if (ask(['cargo', 'deny', '--version']) === undefined)
    throw new Stop('cargo-deny is missing. Install it: cargo install --locked cargo-deny');
  await run('cargo deny', DENY, { env: cargoEnv() });
  done('cargo deny: passed');
});
