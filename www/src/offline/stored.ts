// What this page has stored in the browser: itself, the model, and the open photo.

/** Of the package: it keeps the model. */
const MODEL_CACHE = 'eps-restore-weights';

/** Bytes; undefined where the browser does not tell. */
export async function storedBytes(): Promise<number | undefined> {
  const { storage } = navigator as { readonly storage?: StorageManager };
  const estimate = await storage?.estimate().catch(() => undefined);
  return estimate?.usage;
}

/** Deletes the stored page and the model. Other pages of this site keep what is theirs. */
export async function clearCaches(): Promise<void> {
  const { caches } = window as { readonly caches?: CacheStorage };
  if (!caches) return;
  // Workbox names its caches after the folder of the page.
  const scope = new URL('./', location.href).href;
  const isOwn = (name: string): boolean => name === MODEL_CACHE || name.endsWith(scope);
  const names = await caches.keys();
  await Promise.all(names.filter(isOwn).map((name) => caches.delete(name)));
}
