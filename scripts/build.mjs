// npm run build: installs missing tools, then builds the core, the package and the demo.
import { build } from './lib/build.mjs';
import { main } from './lib/report.mjs';

await main(build);
