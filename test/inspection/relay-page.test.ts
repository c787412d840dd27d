/** The relay's page in a real browser: what a run has told is in the inspector's own window. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Inspecting } from '../../src/index.ts';
import { commands, stages } from '../app/stage.ts';
import { chromiumPath, viewers } from '../dashboard/browser.ts';

const stage = stages('relay-page');
const view = viewers();
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Says that it is there as the package's receiver does, and keeps what it is handed. */
const inspectorPage = `<!doctype html><title>inspector</title><script>
  window.heard = [];
  addEventListener('message', ({ data }) => heard.push(data));
  parent.postMessage({ type: '@statelyai.connected' }, '*');
</script>`;

async function inspectorServer(): Promise<string> {
  const server: Server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html').end(inspectorPage);
  });
  open.push({ close: () => server.close() });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

// Without a Chromium (Debian: `apt-get install chromium`) there is no window.
describe.skipIf(chromiumPath === null)('the relay in a browser', { timeout: 240_000 }, () => {
  test('hands a run to the inspector that it frames', async () => {
    const { troupe, play } = stage();
    const { run } = await play(commands([{ id: 'one', agent: 'worker', run: ['echo', 'fine'] }]));
    const inspectorUrl = await inspectorServer();
    const inspecting: Inspecting = await troupe.inspect(run.id, { inspectorUrl });
    open.push(inspecting);
    const { page, complaints } = await view(inspecting.address);
    await page.getByText('The inspector is connected.').waitFor();
    const frame = page.frames().find((each) => each.url() === inspectorUrl);
    await frame?.waitForFunction('JSON.stringify(heard).includes("task/one")');
    const types = await frame?.evaluate('[...new Set(heard.map(({ type }) => type))]');
    expect(types).toEqual(
      expect.arrayContaining(['@xstate.actor', '@xstate.event', '@xstate.snapshot']),
    );
    expect(complaints).toEqual([]);
  });
});
