import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { denoise } from 'eps-restore';
import { RestoredPhoto } from './restored-photo.jsx';

const task = denoise();

function Page() {
  const [photo, setPhoto] = useState();
  return (
    <>
      <input type="file" accept="image/*" onChange={({ target }) => setPhoto(target.files[0])} />
      <RestoredPhoto photo={photo} task={task} samples={0} seed={1} />
    </>
  );
}
createRoot(document.querySelector('main')).render(<Page />);
