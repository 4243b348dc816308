// Builds the demo: bundles www/ and the package to dist/.
import { join } from 'node:path';
import { NODE_MODULES } from './paths.mjs';
import { done, duration } from './report.mjs';
import { run } from './run.mjs';
import { unlessFresh } from './stamp.mjs';

export async function buildDemo() {
  let took = 0;
  const inputs = {
    paths: [
      'www',
      'pkg/dist',
      'pkg/wasm',
      'pkg/models',
      'models/scratches-v1.safetensors',
      'pkg/package.json',
      'webpack.config.js',
      'tsconfig.json',
      'tsconfig.base.json',
      'package-lock.json',
    ],
  };
  const worked = await unlessFresh('demo', inputs, ['dist'], async () => {
    took = (
      await run('demo', [
        process.execPath,
        join(NODE_MODULES, 'webpack', 'bin', 'webpack.js'),
        '--mode',
        'production',
      ])
    ).seconds;
  });
  done(`demo: ${worked ? `bundled in ${duration(took)}` : 'up to date'}`);
}
