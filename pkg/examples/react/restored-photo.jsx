import { useEffect, useRef, useState } from 'react';
import { Restorer } from 'eps-restore';

/** Shows a photo restored. A new photo or task takes the place of the last. */
export function RestoredPhoto({ photo, task, ...options }) {
  const canvas = useRef(null);
  const [state, setState] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    const restore = async () => {
      setState('Restoring…');
      const { mean } = await Restorer.restore(photo, task, { ...options, signal: stop.signal });
      Object.assign(canvas.current, { width: mean.width, height: mean.height });
      canvas.current.getContext('2d').putImageData(mean, 0, 0);
      setState('Restored');
    };
    if (photo) restore().catch(({ code, message }) => code === 'aborted' || setState(message));
    return () => stop.abort();
  }, [photo, task]);
  return [<canvas key="canvas" ref={canvas} />, <output key="state">{state}</output>];
}
