// A part of the service worker: takes photos that the system shares with the installed page, and
// hands them to it through a cache (www/src/opening/shared.ts).

const CACHE = 'eps-restore-shared';

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const isShare = request.method === 'POST' && new URL(request.url).pathname.endsWith('/share');
  if (isShare) event.respondWith(take(request));
});

async function take(request) {
  const form = await request.formData();
  const files = form.getAll('photos').filter((entry) => entry instanceof File);
  await caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  for (const [i, file] of files.entries()) {
    const headers = { 'content-type': file.type, 'x-name': encodeURIComponent(file.name) };
    await cache.put(`shared/${i}`, new Response(file, { headers }));
  }
  return Response.redirect('./?shared', 303);
}
