/** Whether links can be troubled is tried, not guessed; and where they can, they are. */
import { execFile, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type Host, type Hosts, layHosts } from './hosts.ts';
import { refusalOf, withoutNetem, wordsOf } from './netem.ts';

const hosts = layHosts(2);
const hasNetem = hosts !== null && withoutNetem() === null;

test('what is asked of a link is said as tc reads it', () => {
  const trouble = { delayMs: 20, jitterMs: 5, lossPercent: 0.5, duplicatePercent: 2 };
  expect(wordsOf(trouble).join(' ')).toBe(
    'netem limit 100000 delay 20ms 5ms loss random 0.5% duplicate 2%',
  );
});

test('where no namespace can be made nothing can be had', () => {
  // No name of a file: not even for root.
  expect(refusalOf(['pfifo'], 'a/b')).not.toBeNull();
  expect(refusalOf(['pfifo'], '')).not.toBeNull();
});

test.skipIf(!hosts)('what every kernel has can be had, and what none has can not', () => {
  expect(refusalOf(['pfifo', 'limit', '10'])).toBeNull();
  expect(refusalOf(['nosuch'])).not.toBeNull();
  expect(refusalOf(['pfifo', 'delay', '1ms'])).not.toBeNull();
  // Whatever was tried, nothing of it is left.
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  expect(stdout).not.toContain(`tr${process.pid % 100_000}n`);
});

test.skipIf(!hasNetem)('tc netem: a link that is troubled is slow, and quick again', async () => {
  const { all, own } = hosts as Hosts;
  const [host] = all as [Host];
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, own, resolve));
  const { port } = server.address() as AddressInfo;
  const code = `const at = performance.now();
    require('node:net').connect(${port}, '${own}', () => console.log(performance.now() - at))`;
  const [program = '', ...words] = [...host.within, process.execPath, '-e', code];
  const connectMs = async (): Promise<number> =>
    Number((await promisify(execFile)(program, words)).stdout);
  host.trouble({ delayMs: 300, jitterMs: 0, lossPercent: 0, duplicatePercent: 0 });
  // Both ways of its cable; less would be no trouble, however quick the machine is.
  expect(await connectMs()).toBeGreaterThanOrEqual(600);
  host.trouble(null);
  // A machine that is busy may be slow once.
  while ((await connectMs()) >= 600) expect(server.listening).toBe(true);
  server.close();
});
