// The page's part of `intervals.mjs`: damages a photo for each family of measurements, restores it,
// and counts the scores of its pixels: the mean's error over the samples' local deviation.
/* global eps */
import { localScales } from '/pkg/dist/page/interval.js';
import { deviationOf } from '/pkg/dist/worker/deviation.js';

const SIDE = 64;
/** Of a blurred photo, pixels around what is restored. */
const MARGIN = 12;
const SAMPLES = [8, 4, 2];
/** Scores in hundredths; the last counts all that are higher. */
const BINS = 3000;

const restorer = await eps.Restorer.load({ device: 'cpu' });

window.scoresOfPhoto = async ({ base64, seed }) => {
  const random = randomNumbers(seed);
  const scene = await crop(base64, SIDE + 2 * MARGIN);
  const scores = {};
  for (const [family, damage] of Object.entries(DAMAGES))
    scores[family] = await scoresOf(await damage(scene, random), seed);
  return scores;
};

async function scoresOf({ photo, task, truth, mask, file }, seed) {
  const options = { samples: SAMPLES[0], seed, ...(file && { file }) };
  const { mean, samples } = await restorer.restore(photo, task, options);
  const { width, height } = mean;
  return SAMPLES.map((count) => {
    const drawn = samples.slice(0, count).map(({ data }) => new Uint8Array(data));
    const deviation = { data: deviationOf(drawn), width, height };
    const counts = new Array(BINS).fill(0);
    for (const channel of [0, 1, 2]) {
      const scales = localScales(deviation, channel, mask !== undefined);
      scales.forEach((scale, i) => {
        if (mask && !mask[i]) return;
        const error = Math.abs(truth.data[4 * i + channel] - mean.data[4 * i + channel]);
        const score = error === 0 ? 0 : error / scale;
        counts[Math.min(BINS - 1, Math.floor(100 * score))]++;
      });
    }
    return counts;
  });
}

/** What was done to a scene, and the task that undoes it; one for each family. */
const DAMAGES = {
  inpaint(scene, random) {
    const truth = inner(scene);
    const mask = scratches(random);
    const shown = { data: mask, width: SIDE, height: SIDE };
    return { photo: truth, truth, mask, task: eps.inpaint(shown, { fill: 'network' }) };
  },
  superResolve2: (scene, random) => reduced(scene, 2, random),
  superResolve4: (scene, random) => reduced(scene, 4, random),
  superResolve8: (scene, random) => reduced(scene, 8, random),
  deblur(scene, random) {
    const kernel =
      random() < 0.5
        ? eps.gaussianKernel(0.8 + 1.4 * random())
        : eps.motionKernel(5 + 6 * random(), 180 * random());
    const photo = noisy(blurred(scene, kernel), 1.5, random);
    return { photo, truth: inner(scene), task: eps.deblur(kernel) };
  },
  denoise(scene, random) {
    const truth = inner(scene);
    const level = 5 + 25 * random();
    return { photo: noisy(truth, level, random), truth, task: eps.denoise(level) };
  },
  async jpeg(scene, random) {
    const truth = inner(scene);
    const { photo, file } = await compressed(truth, 0.3 + 0.6 * random());
    return { photo, file, truth, task: eps.jpeg() };
  },
  colorize(scene, random) {
    const truth = inner(scene);
    const grey = mapped(truth, ([r, g, b]) => [(r + g + b) / 3, (r + g + b) / 3, (r + g + b) / 3]);
    return { photo: noisy(grey, 1, random), truth, task: eps.colorize() };
  },
  demosaic(scene, random) {
    const truth = inner(scene);
    const mosaic = mapped(noisy(truth, 1.5, random), (colour, x, y) => {
      const value = colour[(x % 2) + (y % 2)];
      return [value, value, value];
    });
    return { photo: mosaic, truth, task: eps.demosaic('rggb') };
  },
};

/** A reduced photo; every second one is kept as a JPEG. */
async function reduced(scene, factor, random) {
  const truth = inner(scene);
  const small = noisy(blockMeans(truth, factor), 0.5, random);
  const task = eps.superResolve(factor);
  if (factor === 8 || random() < 0.5) return { photo: small, truth, task };
  return { ...(await compressed(small, 0.75 + 0.2 * random())), truth, task };
}

function blockMeans({ data, width }, factor) {
  const side = width / factor;
  const image = new ImageData(side, side);
  for (let at = 0; at < side * side; at++) {
    for (const channel of [0, 1, 2, 3]) {
      let sum = 0;
      for (let i = 0; i < factor * factor; i++) {
        const x = (at % side) * factor + (i % factor);
        const y = Math.floor(at / side) * factor + Math.floor(i / factor);
        sum += data[4 * (y * width + x) + channel];
      }
      image.data[4 * at + channel] = Math.round(sum / factor ** 2);
    }
  }
  return image;
}

/** The middle of the scene, blurred. */
function blurred(scene, { data, width, height }) {
  const [left, top] = [(width - 1) / 2, (height - 1) / 2];
  return mapped(inner(scene), (_, x, y) => {
    const sum = [0, 0, 0];
    data.forEach((weight, i) => {
      const from = x + MARGIN - ((i % width) - left);
      const row = y + MARGIN - (Math.floor(i / width) - top);
      for (const c of [0, 1, 2]) sum[c] += weight * scene.data[4 * (row * scene.width + from) + c];
    });
    return sum;
  });
}

/** A photo as a JPEG shows it, and its file. */
async function compressed(image, quality) {
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d').putImageData(image, 0, 0);
  const file = await canvas.convertToBlob({ type: 'image/jpeg', quality });
  return { photo: file, file };
}

/** Lines 2 to 8 pixels wide and squares of up to 14: 1 where a pixel is missing. */
function scratches(random) {
  const mask = new Uint8Array(SIDE * SIDE);
  const square = (left, top, side) => {
    for (let y = Math.max(0, top); y < Math.min(SIDE, top + side); y++)
      for (let x = Math.max(0, left); x < Math.min(SIDE, left + side); x++) mask[y * SIDE + x] = 1;
  };
  const place = () => Math.floor(SIDE * random());
  for (let line = 0; line < 3; line++) {
    const [x, y, angle, side] = [
      place(),
      place(),
      Math.PI * random(),
      2 + Math.floor(7 * random()),
    ];
    for (let t = -30; t <= 30; t++)
      square(Math.round(x + t * Math.cos(angle)), Math.round(y + t * Math.sin(angle)), side);
  }
  for (let i = 0; i < 3; i++) square(place(), place(), 5 + Math.floor(10 * random()));
  return mask;
}

function noisy(image, level, random) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return mapped(image, (colour) => colour.map((value) => value + level * normal()));
}

/** The image with the colours that a function gives for each pixel's own. */
function mapped({ data, width, height }, colourOf) {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const own = [data[4 * i], data[4 * i + 1], data[4 * i + 2]];
    const colour = colourOf(own, i % width, Math.floor(i / width));
    image.data.set([...colour.map((value) => Math.round(value)), 255], 4 * i);
  }
  return image;
}

function inner(scene) {
  const image = new ImageData(SIDE, SIDE);
  for (let y = 0; y < SIDE; y++) {
    const from = 4 * ((y + MARGIN) * scene.width + MARGIN);
    image.data.set(scene.data.subarray(from, from + 4 * SIDE), 4 * y * SIDE);
  }
  return image;
}

/** The middle of a photo, reduced to half its size, so that its own compression is not restored. */
async function crop(base64, side) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const whole = await createImageBitmap(new Blob([bytes]));
  const scale = Math.max(0.5, side / Math.min(whole.width, whole.height));
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  const [width, height] = [whole.width * scale, whole.height * scale];
  context.drawImage(whole, (side - width) / 2, (side - height) / 2, width, height);
  return context.getImageData(0, 0, side, side);
}

/** Mulberry32: numbers from 0 to 1. */
function randomNumbers(seed) {
  let state = seed * 0x9e3779b1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
