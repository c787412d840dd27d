/** Whoever can't join a hub is told what to do about it, by what really answers there. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { fingerprintOf, ownCertificate } from '../../src/workers/certificate.ts';
import { tempFolders } from '../app/temp.ts';
import { hubs } from './hub.ts';

const open = hubs();
const temp = tempFolders('turned-away');
const strangers: (() => void)[] = [];
afterEach(() => {
  for (const close of strangers.splice(0)) close();
});

const certificate = () => ownCertificate(temp(), systemClock, systemRandom);
const other = `sha256:${'0'.repeat(64)}`;

describe('a hub without TLS', () => {
  test('is joined by ws://, and has no certificate to pin', async () => {
    const { join, port, url } = await open();
    const secure = join('one', { url: `wss://127.0.0.1:${port}` });
    await expect(secure).rejects.toMatchObject({
      code: 'bus.unreachable',
      message: `no bus at wss://127.0.0.1:${port}: it does not speak TLS`,
      hint: 'a hub without TLS is joined by ws://',
    });
    const pinned = join('one', { url, pin: other });
    await expect(pinned).rejects.toMatchObject({ hint: expect.stringContaining('wss://') });
  });

  test('says of a token what may be wrong with it', async () => {
    const { join } = await open();
    const hint = 'it is wrong, over or revoked, or its name is taken; see: troupe token list';
    await expect(join('one', { token: 'x' })).rejects.toMatchObject({ code: 'bus.refused', hint });
  });
});

describe('a hub with TLS', () => {
  test('is joined by wss://, with the pin that it has', async () => {
    const tls = certificate();
    const { join, port } = await open({ tls });
    const url = `wss://127.0.0.1:${port}`;
    await expect(join('one')).rejects.toMatchObject({
      hint: 'a hub with TLS is joined by wss://',
    });
    await expect(join('one', { url })).rejects.toMatchObject({
      hint: 'give it the --pin that its hub prints',
    });
    await expect(join('one', { url, pin: other })).rejects.toMatchObject({
      message: expect.stringContaining(fingerprintOf(tls)),
      hint: 'look which --pin its hub prints, or who answers there',
    });
    const bus = await join('one', { url, pin: fingerprintOf(tls) });
    expect(() => bus.close()).not.toThrow();
  });
});

test('what is no hub is not taken for one', async () => {
  const server = createServer((_, response) => void response.writeHead(403).end('no'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  strangers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { join } = await open();
  const hint = 'something else listens there: join what the hub prints';
  await expect(join('one', { url: `ws://127.0.0.1:${port}` })).rejects.toMatchObject({ hint });
});
