// A client of the W3C's WebDriver over plain HTTP: what the tests need of it.

/** Starts a session. @returns a function that sends a command of it, and the answered facts. */
export async function openWebDriver(address, capabilities) {
  const { sessionId, capabilities: facts } = await send(address, 'POST', '/session', {
    capabilities: { alwaysMatch: capabilities },
  });
  const command = (method, path, body) =>
    send(address, method, `/session/${sessionId}${path}`, body);
  return { command, facts };
}

/** Whether a driver answers at the address. */
export async function isReady(address) {
  try {
    return (await send(address, 'GET', '/status')).ready;
  } catch {
    return false;
  }
}

async function send(address, method, path, body) {
  const response = await fetch(`${address}${path}`, {
    method,
    ...(method === 'POST' && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    }),
  });
  const { value } = await response.json();
  if (!response.ok)
    throw new Error(`WebDriver, ${method} ${path}: ${value.error} ${value.message}`);
  return value;
}

/** Runs in the page: calls a function that came as text, and answers what it gives or throws. */
const CALL = `
  const [source, argument, answer] = arguments;
  Promise.resolve()
    .then(() => eval('(' + source + ')')(argument))
    .then(
      (value) => answer({ value }),
      // A stack has no message in WebKit.
      (error) => answer({ error: [error, error?.stack].join('\\n') }),
    );
`;

/** A window as a page with what the tests use of one: goto and evaluate. */
export function pageOf(command, handle) {
  const inWindow = async (method, path, body) => {
    await command('POST', '/window', { handle });
    return command(method, path, body);
  };
  return {
    goto: (url) => inWindow('POST', '/url', { url }),
    async evaluate(work, argument = null) {
      const { value, error } = await inWindow('POST', '/execute/async', {
        script: CALL,
        args: [String(work), argument],
      });
      if (error !== undefined) throw new Error(`In the page: ${error}`);
      return value;
    },
  };
}
