import { Restorer, denoise } from 'eps-restore';

const [input, output, canvas] = document.querySelectorAll('input, output, canvas');
const loading = Restorer.load({
  workerUrl: new URL('eps-restore/dist/worker.js', document.baseURI),
  modelUrl: new URL('eps-restore/models/photo-v1.safetensors', document.baseURI),
  sha256: 'c059fca2d23235401937b36a7db52d381a72c70d52303c21c2adf50d9c4993ce',
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
