// Photos that the system hands to the installed page: opened with it, or shared with it.

/** What TypeScript's library does not know yet. */
interface LaunchQueue {
  setConsumer(consume: (launch: { readonly files: readonly FileSystemFileHandle[] }) => void): void;
}

/** Of www/app/share-target.js. */
const CACHE = 'eps-restore-shared';
const PARAMETER = 'shared';

/** @param open takes the photos, now or at a later launch. */
export function setUpLaunches(
  open: (files: readonly File[]) => void,
  failed: (error: unknown) => void,
): void {
  const { launchQueue } = window as { readonly launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files }) => {
    if (files.length === 0) return;
    Promise.all(files.map((handle) => handle.getFile()))
      .then(open)
      .catch(failed);
  });
}

/** The photos that were shared with this visit. */
export async function sharedFiles(): Promise<readonly File[]> {
  const address = new URL(location.href);
  if (!address.searchParams.has(PARAMETER)) return [];
  address.searchParams.delete(PARAMETER);
  history.replaceState(undefined, '', address);
  const cache = await caches.open(CACHE);
  const files: File[] = [];
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    if (!response) continue;
    const name = decodeURIComponent(response.headers.get('x-name') ?? '');
    const blob = await response.blob();
    files.push(new File([blob], name, { type: response.headers.get('content-type') ?? '' }));
  }
  await caches.delete(CACHE);
  return files;
}
