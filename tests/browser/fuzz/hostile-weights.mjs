// Weights as a stranger might send them: mutations of the released file, the same for a seed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../harness.mjs';

const WEIGHTS = readFileSync(join(ROOT, 'models/photo-v2.safetensors'));
const HEADER_BYTES = Number(WEIGHTS.readBigUInt64LE(0));
const HEADER = JSON.parse(WEIGHTS.subarray(8, 8 + HEADER_BYTES).toString());
const DATA = WEIGHTS.subarray(8 + HEADER_BYTES);
const TENSORS = Object.keys(HEADER).filter((name) => name !== '__metadata__');

/** A file with another header, stated as text, and perhaps other data. */
function withHeader(text, data = DATA, stated = undefined) {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt.asUintN(64, stated ?? BigInt(bytes.length)));
  return Buffer.concat([length, bytes, data]);
}

/** The header with one tensor's entry changed. */
function withTensor(random, change) {
  const header = structuredClone(HEADER);
  const name = TENSORS[random(TENSORS.length)];
  header[name] = change(header[name], header, name);
  return withHeader(JSON.stringify(header));
}

const withMetadata = (change) =>
  withHeader(JSON.stringify({ ...HEADER, __metadata__: change({ ...HEADER.__metadata__ }) }));

function withFloats(random, value) {
  const data = Buffer.from(DATA);
  for (let i = 0; i < 50; i++) data.writeUInt16LE(value, 2 * random(data.length / 2));
  return withHeader(JSON.stringify(HEADER), data);
}

const pick = (random, values) => values[random(values.length)];
const BAD_NUMBERS = [-1, 0, 0.5, 2 ** 31, 2 ** 53, 1e300, null, '3', [], {}];

/** By name: what is done to the file. */
const MUTATIONS = {
  'a bit of the header flipped': (random) => {
    const bytes = Buffer.from(WEIGHTS);
    bytes[8 + random(HEADER_BYTES)] ^= 1 << random(8);
    return bytes;
  },
  'bits of the data flipped': (random) => {
    const bytes = Buffer.from(WEIGHTS);
    for (let i = 0; i < 100; i++) bytes[8 + HEADER_BYTES + random(DATA.length)] ^= 1 << random(8);
    return bytes;
  },
  'another header length': (random) =>
    withHeader(
      JSON.stringify(HEADER),
      DATA,
      pick(random, [0n, 1n, -1n, 2n ** 63n, 2n ** 32n, BigInt(HEADER_BYTES + 1), 100_000_000n]),
    ),
  'cut short': (random) => WEIGHTS.subarray(0, random(WEIGHTS.length)),
  'cut in the header': (random) => WEIGHTS.subarray(0, random(HEADER_BYTES)),
  'bytes behind the end': (random) => Buffer.concat([WEIGHTS, Buffer.alloc(1 + random(1000), 7)]),
  'other offsets': (random) =>
    withTensor(random, ({ data_offsets: [from, to], ...rest }) => ({
      ...rest,
      data_offsets: pick(random, [
        [to, from],
        [from, from],
        [from, to + 4],
        [0, to],
        [from, 2 ** 53],
        [-4, to],
        [from],
        pick(random, BAD_NUMBERS),
      ]),
    })),
  'another type': (random) =>
    withTensor(random, (tensor) => ({
      ...tensor,
      dtype: pick(random, ['F64', 'I8', 'BOOL', 'F8_E4M3', 'f32', '', 7, null]),
    })),
  'another shape': (random) =>
    withTensor(random, (tensor) => ({
      ...tensor,
      shape: pick(random, [
        [],
        [0],
        [2 ** 32, 2 ** 32],
        tensor.shape.toReversed(),
        [-1],
        'x',
      ]).concat(pick(random, [[], [1], BAD_NUMBERS])),
    })),
  'a tensor that is something else': (random) =>
    withTensor(random, () => pick(random, [...BAD_NUMBERS, true])),
  'a tensor of another name': (random) =>
    withTensor(random, (tensor, header) => {
      header[`stranger.${random(1000)}`] = tensor;
      return undefined;
    }),
  'a tensor twice': (random) => {
    const name = JSON.stringify(pick(random, TENSORS));
    const entry = JSON.stringify(HEADER[pick(random, TENSORS)]);
    return withHeader(`${JSON.stringify(HEADER).slice(0, -1)},${name}:${entry}}`);
  },
  'not finite': (random) => withFloats(random, pick(random, [0x7c00, 0xfc00, 0x7e00])),
  huge: (random) => withFloats(random, 0x7bff),
  'other metadata': (random) =>
    withMetadata((metadata) => {
      const name = pick(random, Object.keys(metadata));
      return { ...metadata, [name]: pick(random, ['', 'NaN', '1e999', '-1', '{}', 5, null]) };
    }),
  'no metadata': () => withMetadata(() => undefined),
  'a deep header': (random) => withHeader('[{"a":'.repeat(1000 * (1 + random(100)))),
  'a header of spaces': (random) => withHeader(' '.repeat(2 ** (10 + random(15)))),
  'no header': () => withHeader('{}'),
  'no text': (random) => {
    const bytes = Buffer.from(WEIGHTS);
    for (let i = 8; i < 8 + HEADER_BYTES; i++) bytes[i] = 128 + random(128);
    return bytes;
  },
};

/** Numbers from 0 to below `limit`, by a linear congruence. */
function generator(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** `count` files, by turns of each mutation: { name, bytes }. */
export function* hostileWeights(count, seed) {
  const names = Object.keys(MUTATIONS);
  for (let i = 0; i < count; i++) {
    const name = names[i % names.length];
    yield { name: `${name} (${i})`, bytes: MUTATIONS[name](generator(seed + i)) };
  }
}
