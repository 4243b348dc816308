// What a browser computes in all its processes: the most that the clock on the wall would say if no
// other program shared the processor.

/** Seconds of processor time that the browser takes while `act` runs. */
export async function processorSeconds({ browser }, act) {
  const client = await browser.newBrowserCDPSession();
  const total = async () => {
    const { processInfo } = await client.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  const before = await total();
  await act();
  const seconds = (await total()) - before;
  await client.detach();
  return seconds;
}
