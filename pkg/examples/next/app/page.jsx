'use client';

import { useRef, useState } from 'react';
import { Restorer, denoise } from 'eps-restore';

let loading;

export default function Page() {
  const canvas = useRef();
  const [state, setState] = useState('');

  const restore = async ({ target }) => {
    setState('Restoring…');
    try {
      // Here and not above: the server renders this page too.
      const restorer = await (loading ??= Restorer.load());
      const { mean } = await restorer.restore(target.files[0], denoise(), { samples: 0, seed: 1 });
      Object.assign(canvas.current, { width: mean.width, height: mean.height });
      canvas.current.getContext('2d').putImageData(mean, 0, 0);
      setState('Restored');
    } catch (error) {
      setState(error.message);
    }
  };
  return (
    <>
      <input type="file" accept="image/*" onChange={restore} />
      <output>{state}</output>
      <canvas ref={canvas} />
    </>
  );
}
