// npm run figures -- --data DIR: prints the README's table of figures for the photos in DIR.
import { spawn } from 'node:child_process';
import { ROOT } from './lib/paths.mjs';
import { cargoEnv } from './lib/rust.mjs';

const command = [
  'run',
  '--locked',
  '--release',
  '--example',
  'figures',
  '--',
  ...process.argv.slice(2),
];
spawn('cargo', command, { cwd: ROOT, env: { ...process.env, ...cargoEnv() }, stdio: 'inherit' })
  .on('error', (error) => {
    console.error(
      `✗ cargo could not be started: ${error.message}. Install Rust from https://rustup.rs`,
    );
    process.exitCode = 1;
  })
  .on('close', (status) => (process.exitCode = status ?? 1));
