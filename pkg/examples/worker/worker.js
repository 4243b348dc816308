import { Restorer, denoise } from './node_modules/eps-restore/dist/index.js';

const loading = Restorer.load();

self.onmessage = async ({ data: photo }) => {
  try {
    const restorer = await loading;
    const { mean } = await restorer.restore(photo, denoise(), { samples: 0, seed: 1 });
    self.postMessage({ mean });
  } catch ({ message }) {
    self.postMessage({ message });
  }
};
