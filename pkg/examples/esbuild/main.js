import { Restorer, denoise } from 'eps-restore';

const [input, output, canvas] = document.querySelectorAll('input, output, canvas');
const loading = Restorer.load({
  workerUrl: 'eps-restore/dist/worker.js',
  modelUrl: 'eps-restore/models/photo-v2.safetensors',
  sha256: '4b10972287c0942cd94a90f5ed8e713e9591e7136f52cda1e065e1d428ed5e22',
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
