// npm run build: installs what is missing, builds the core, the package and the demo.
import { build } from './lib/build.mjs';
import { main } from './lib/report.mjs';

await main(build);
