// npm start: builds what has changed, then serves the demo.
import { build } from './lib/build.mjs';
import { DIST } from './lib/paths.mjs';
import { done, main, Stop } from './lib/report.mjs';
import { staticServer } from './lib/static-server.mjs';

await main(async () => {
  const port = Number(process.env.PORT || 8080);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Stop(`PORT is '${process.env.PORT}'; it must be a whole number from 1 to 65535.`);
  await build();
  await new Promise((resolve, reject) => {
    const server = staticServer(DIST, undefined, { compresses: true });
    server.once('error', (error) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Stop(
              `Port ${port} is taken. Stop the program that uses it, ` +
                `or choose another port: PORT=${port + 1} npm start`,
            )
          : error,
      );
    });
    server.listen(port, 'localhost', resolve);
  });
  done(`demo: http://localhost:${port} (Ctrl+C stops it)`);
});
