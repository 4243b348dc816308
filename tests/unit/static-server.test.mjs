// The server of `npm start` sends what travels best.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { staticServer } from '../../scripts/lib/static-server.mjs';

it('sends brotli to who takes it, and the same bytes to all', async () => {
  const server = staticServer(join(ROOT, 'www'), undefined, { compresses: true });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  const origin = `http://localhost:${server.address().port}`;
  const ask = (path, encoding) =>
    fetch(`${origin}${path}`, { headers: { 'accept-encoding': encoding } });
  try {
    const page = readFileSync(join(ROOT, 'www/index.html'), 'utf8');
    const small = await ask('/index.html', 'gzip, br');
    assert.equal(small.headers.get('content-encoding'), 'br');
    assert.ok(Number(small.headers.get('content-length')) < page.length / 2);
    assert.equal(await small.text(), page);
    const plain = await ask('/index.html', 'gzip');
    assert.equal(plain.headers.get('content-encoding'), null);
    assert.equal(await plain.text(), page);
    const photo = await ask('/samples/hills.jpg', 'br');
    assert.equal(photo.headers.get('content-encoding'), null);
  } finally {
    server.close();
  }
});
