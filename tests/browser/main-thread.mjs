// What the page's own thread computes at one go: its tasks, by processor time. The clock on the
// wall would count what other programs do meanwhile.

/** Milliseconds of the longest task while `act` runs. */
export async function longestTask({ browser, page }, act) {
  await browser.startTracing(page, { categories: ['toplevel'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const main = mainThread(traceEvents);
  return traceEvents
    .filter(({ name, pid, tid }) => /RunTask/.test(name) && pid === main.pid && tid === main.tid)
    .reduce((most, { tdur = 0 }) => Math.max(most, tdur / 1000), 0);
}

/** The main thread of the renderer that had most to do: there is one page. */
function mainThread(events) {
  const names = events.filter(
    ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain',
  );
  const busy = ({ pid, tid }) =>
    events.reduce((sum, e) => sum + (e.pid === pid && e.tid === tid ? (e.tdur ?? 0) : 0), 0);
  return names.sort((a, b) => busy(b) - busy(a))[0];
}
