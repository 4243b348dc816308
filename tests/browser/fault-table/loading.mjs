// Faults of a load: what the server sends, what the page states, what the browser lacks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../harness.mjs';

const weights = readFileSync(join(ROOT, 'models/photo-v2.safetensors'));

const status = (code) => (request, response) => void response.writeHead(code).end();
const page = (request, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Home');
const send = (bytes) => (request, response) =>
  void response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
/** The beginning and then nothing. */
const stop = (path) => (request, response) => {
  const bytes = readFileSync(join(ROOT, path));
  response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 50_000));
};
const cut = (request, response) => {
  response.writeHead(200, { 'content-length': weights.length });
  response.write(weights.subarray(0, 50_000), () => response.destroy());
};
/** A byte a second. */
const drip = (request, response) => {
  response.writeHead(200, { 'content-length': weights.length });
  let at = 0;
  const timer = setInterval(() => response.write(weights.subarray(at, ++at)), 1000);
  response.on('close', () => clearInterval(timer));
};
const silent = () => {};

const STALL = 700;
let addresses = 0;
/**
 * An address of its own for what an option states: a browser lets requests wait for an earlier one
 * of the same address.
 */
function from(option, answer, options = {}) {
  const path = `/fault-${++addresses}`;
  return { options: { ...options, [option]: path }, routes: { [path]: answer } };
}
const weightsFrom = (answer, options) => from('modelUrl', answer, options);
const HASHED = { sha256: 'ab'.repeat(32) };
const STALLING = { stallMs: STALL };
/** Starting the worker takes longer than the answer of a server. */
const START_MS = 4000;

/** Weights whose last value is not finite. */
const infinite = Buffer.from(weights);
infinite.writeUInt16LE(0x7c00, weights.length - 2);

/** By what is wrong: { code, options?, routes?, abort?, page?, limit? }. */
export const LOADING = {
  'the signal was aborted before': { code: 'aborted', abort: 'before' },
  'the signal is aborted during the download': {
    code: 'aborted',
    ...weightsFrom(silent),
    abort: 'weights',
  },
  'the signal is aborted in the warm-up': { code: 'aborted', abort: 'warm-up', limit: START_MS },
  'the weights are not there (404)': {
    code: 'download-failed',
    ...weightsFrom(status(404)),
  },
  'the server of the weights fails (500)': {
    code: 'download-failed',
    ...weightsFrom(status(500)),
  },
  'the connection breaks': { code: 'download-failed', ...weightsFrom(cut) },
  'the download stops': {
    code: 'download-failed',
    ...weightsFrom(stop('models/photo-v2.safetensors'), STALLING),
    limit: STALL + 1000,
  },
  'one byte of the weights comes each second': {
    code: 'download-failed',
    ...weightsFrom(drip, STALLING),
    limit: STALL + 1000,
  },
  'a web page in place of the weights, whose hash is known': {
    code: 'weights-corrupt',
    ...weightsFrom(page, HASHED),
  },
  'other weights than the hash': {
    code: 'weights-corrupt',
    ...weightsFrom(send(weights), HASHED),
  },
  'a web page in place of the weights': {
    code: 'invalid-weights',
    ...weightsFrom(page),
    limit: START_MS,
  },
  'weights of no bytes': {
    code: 'invalid-weights',
    ...weightsFrom(send(Buffer.alloc(0))),
    limit: START_MS,
  },
  'weights that are cut short': {
    code: 'invalid-weights',
    ...weightsFrom(send(weights.subarray(0, 1e6))),
    limit: START_MS,
  },
  'weights that are not finite': {
    code: 'invalid-weights',
    ...weightsFrom(send(infinite)),
    limit: START_MS,
  },
  'the worker is not there': {
    code: 'worker-failed',
    ...from('workerUrl', status(404)),
  },
  'a web page in place of the worker': { code: 'worker-failed', ...from('workerUrl', page) },
  'the worker’s script never answers': {
    code: 'worker-failed',
    ...from('workerUrl', silent, STALLING),
    limit: STALL + 1000,
  },
  'the WebAssembly core is not there': {
    code: 'worker-failed',
    ...from('wasmUrl', status(404)),
  },
  'a web page in place of the core': {
    code: 'worker-failed',
    ...from('wasmUrl', page),
  },
  'the download of the core stops': {
    code: 'worker-failed',
    ...from('wasmUrl', stop('pkg/wasm/eps_restore_bg.wasm'), STALLING),
    limit: STALL + 1000,
  },
  'no WebGPU where it is asked for': {
    code: 'unsupported-device',
    options: { device: 'webgpu' },
    // The browser starts its GPU process before it answers.
    limit: 2 * START_MS,
  },
  'half precision on the CPU': { code: 'invalid-option', options: { precision: 'f16' } },
  'an option that does not exist': { code: 'invalid-option', options: { modelURL: '/other' } },
  'no workers': { code: 'invalid-option', options: { workers: 0 } },
  'a hash of another length': { code: 'invalid-option', options: { sha256: 'ab' } },
  'a browser without the Cache API': {
    code: 'none',
    page: () => Object.defineProperty(window, 'caches', { value: undefined, configurable: true }),
    limit: START_MS,
  },
  'a cache that is full': {
    code: 'none',
    page: () => {
      Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    },
    limit: START_MS,
  },
};
