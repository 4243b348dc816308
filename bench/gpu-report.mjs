// node bench/gpu-report.mjs REPORT.json [TORCH.json]: puts what `examples/gpu_report` and
// `eps_training.evaluation_speed` measured on a machine with a GPU into bench/results.json, as
// `gpu`: the device, TFLOP/s and share of the peak by kernel, milliseconds by size.
import { readFileSync } from 'node:fs';
import { readResults, writeResults } from './report.mjs';

const [reportFile, torchFile] = process.argv.slice(2);
if (!reportFile) throw new Error('usage: node bench/gpu-report.mjs REPORT.json [TORCH.json]');
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const { checks, failed, ...report } = read(reportFile);
if (failed.length > 0)
  throw new Error(`this GPU computes wrongly, so its times mean nothing: ${failed.join(', ')}`);
const compared = checks.reduce((sum, { comparisons }) => sum + comparisons, 0);
const gpu = { ...report, comparisons: compared, ...(torchFile && { torch: read(torchFile) }) };
writeResults({ ...readResults(), gpu });
