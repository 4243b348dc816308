// The public types: what they are, what is exported, and which TypeScript reads them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import * as api from '../../pkg/dist/index.js';
import { PKG, ROOT } from '../../scripts/lib/paths.mjs';

/** Where TypeScript is: the oldest that the README states, and the repository's own. */
const OLDEST = join(ROOT, 'tests', 'types', 'node_modules', 'typescript');
const COMPILERS = [OLDEST, join(ROOT, 'node_modules', 'typescript')];
const RESOLUTIONS = { bundler: 'ESNext', nodenext: 'NodeNext' };
const versionOf = (compiler) =>
  JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8')).version;

for (const compiler of COMPILERS)
  for (const [resolution, module] of Object.entries(RESOLUTIONS))
    test(`TypeScript ${versionOf(compiler)} reads the types, with ${resolution}`, () => {
      const { status, stdout } = spawnSync(
        process.execPath,
        [
          join(compiler, 'bin', 'tsc'),
          ...['-p', 'tests/types', '--module', module, '--moduleResolution', resolution],
        ],
        { cwd: ROOT, encoding: 'utf8' },
      );
      assert.equal(status, 0, stdout);
    });

test('the README states the oldest TypeScript that is tried', () => {
  const readme = readFileSync(join(PKG, 'README.md'), 'utf8');
  assert.equal(
    /TypeScript (\d+\.\d+) or newer/.exec(readme)?.[1],
    versionOf(OLDEST).replace(/\.\d+$/, ''),
  );
});

/** Beside what exists at run time, which package.test.mjs lists. */
const TYPES = [
  'AdapterFacts',
  'BatchItem',
  'BatchOptions',
  'BatchProgress',
  'BayerPattern',
  'BlurEstimate',
  'BlurOptions',
  'Borders',
  'ColorizeTask',
  'ColourHints',
  'ComposedTask',
  'Coverage',
  'DeblurTask',
  'DemosaicTask',
  'DenoiseTask',
  'DeviceChoice',
  'DeviceKind',
  'EpsErrorCode',
  'Estimate',
  'FilledHoles',
  'Grain',
  'GreyWeights',
  'ImageSize',
  'ImageType',
  'InpaintTask',
  'IntervalFamily',
  'JpegTask',
  'Kernel',
  'LoadOptions',
  'LoadProgress',
  'MaskBytes',
  'MaskSource',
  'MaskValues',
  'NoiseOption',
  'OperatorTask',
  'PhotoSource',
  'PixelImage',
  'Precision',
  'ReadPhotoOptions',
  'Reduction',
  'RestoreOptions',
  'RestoreProgress',
  'RestoreStep',
  'RestorerInfo',
  'Result',
  'Sampler',
  'SamplerOptions',
  'SamplerPreset',
  'ScriptUrlPolicy',
  'Solver',
  'StepQuery',
  'SuperResolveTask',
  'Task',
  'WhenBusy',
];

test('the package exports these types beside its functions, and nothing by accident', () => {
  const entry = join(PKG, 'dist', 'index.d.ts');
  const options = { module: ts.ModuleKind.NodeNext, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] };
  const program = ts.createProgram([entry], options);
  const checker = program.getTypeChecker();
  const file = checker.getSymbolAtLocation(program.getSourceFile(entry));
  const names = checker.getExportsOfModule(file).map(({ name }) => name);
  assert.deepEqual(names.filter((name) => !(name in api)).sort(), TYPES);
});
