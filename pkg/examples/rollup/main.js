import { Restorer, denoise } from 'eps-restore';

const [input, output, canvas] = document.querySelectorAll('input, output, canvas');
const loading = Restorer.load({
  workerUrl: new URL('eps-restore/dist/worker.js', document.baseURI),
  modelUrl: new URL('eps-restore/models/photo-v2-8bit.safetensors', document.baseURI),
  sha256: '619c68c53d4f3d6cc5255a3ce52b95fd1ecd242a81377d1beebb64c4a3a88237',
});

input.onchange = async () => {
  output.value = 'Restoring…';
  try {
    const restorer = await loading;
    const { mean } = await restorer.restore(input.files[0], denoise(), { samples: 0, seed: 1 });
    Object.assign(canvas, { width: mean.width, height: mean.height });
    canvas.getContext('2d').putImageData(mean, 0, 0);
    output.value = 'Restored';
  } catch (error) {
    output.value = error.message;
  }
};
