/** Tokens on disk, and the door that they open. */
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { openWorkerHub } from '../../src/workers/hub.ts';
import { TokenDesk } from '../../src/workers/tokens.ts';
import { workerDoor } from '../../src/workers/worker-pass.ts';
import { stages } from '../app/stage.ts';
import { tempFolders } from '../app/temp.ts';
import { halls } from './hall.ts';

const temp = tempFolders('tokens');
const open = stages('tokens');
const hall = halls('tokens-hall');
const worker = { role: 'worker', ttlMs: null } as const;

test('a list that can not be read is the mistake of a person, and opens no hub', async () => {
  const { troupe, home } = open();
  const list = join(home, 'tokens', 'list.json');
  const desk = new TokenDesk(home, systemClock, systemRandom);
  const unreadable = { name: 'UserError', code: 'token.unreadable' };
  mkdirSync(list, { recursive: true });
  expect(() => desk.list()).toThrow(expect.objectContaining(unreadable));
  await expect(openWorkerHub(troupe)).rejects.toMatchObject(unreadable);
  rmSync(list, { recursive: true });
  writeFileSync(list, 'garbage');
  await expect(openWorkerHub(troupe)).rejects.toMatchObject(unreadable);
});

test('a list that can not be read any more is told once, and so is that it can be', async () => {
  const { home, hub, token, news, join: joined } = await hall();
  const list = join(home, 'tokens', 'list.json');
  const text = readFileSync(list, 'utf8');
  const knock = async () => {
    const authorization = `Bearer ${token}`;
    const upgrade = { connection: 'upgrade', upgrade: 'websocket', authorization };
    const asked = get({ port: hub.port, headers: { ...upgrade, 'x-troupe-name': 'a' } });
    const [{ statusCode }] = await once(asked, 'response');
    return statusCode;
  };
  writeFileSync(list, text.slice(0, -10));
  expect([await knock(), await knock()]).toEqual([503, 503]);
  expect(news).toEqual(['tokens.unreadable']);
  writeFileSync(list, text);
  await joined('one');
  expect(news).toEqual(['tokens.unreadable', 'tokens.readable', 'worker.joined one']);
  rmSync(list);
  mkdirSync(list);
  expect(await knock()).toBe(503);
  expect(news.at(-1)).toBe('tokens.unreadable');
});

test('a door knows so many names, the last of them, and whose they are', async () => {
  const desk = new TokenDesk(temp(), systemClock, systemRandom);
  const [one, other] = [await desk.create(worker), await desk.create(worker)];
  const admit = workerDoor(desk, 2);
  for (const name of ['a', 'b', 'a']) expect(admit(one.token, name)).toMatchObject({ name });
  expect(admit(other.token, 'a')).toBeNull();
  expect(admit(other.token, 'c')).toMatchObject({ name: 'c' });
  // The one that was used longest ago has made room.
  expect(admit(other.token, 'a')).toBeNull();
  expect(admit(other.token, 'b')).toMatchObject({ name: 'b' });
});
