/** The bus between processes: the promises of every bus, cuts that lose nothing, and strangers. */
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Envelope } from '../../src/bus/bus.ts';
import { frameBytesMax, pack, protocolVersion } from '../../src/bus/frames.ts';
import type { Pass } from '../../src/bus/pass.ts';
import { UserError } from '../../src/kernel/user-error.ts';
import { eventually } from '../agents/processes.ts';
import { busContract } from '../contracts/bus.contract.ts';
import { admitAll, free, hubs } from './hub.ts';
import { counted, message, settled, take } from './messages.ts';

const open = hubs();

busContract('a bus over a WebSocket', async () => (await open()).join('one'));
busContract('the hub of such buses', async () => (await open()).hub);

describe('between two that joined', () => {
  test('messages arrive in order, each once, and not at who said them twice', async () => {
    const { join } = await open();
    const [one, other] = [await join('one'), await join('other')];
    const [here, there] = [one.subscribe('run/*'), other.subscribe('run/*')];
    await settled(other);
    for (let at = 1; at <= 5_000; at += 1) one.publish(message('one', at));
    expect(await take(there, 5_000)).toEqual(counted(5_000));
    expect(await take(here, 5_000)).toEqual(counted(5_000));
  });

  test('a question is answered by the other, the hub, or nobody', async () => {
    const { join, hub } = await open();
    const [one, other] = [await join('one'), await join('other')];
    other.answer('other/desk', ({ event }) => ({ type: `${event.type}.other` }));
    hub.answer('hub/desk', ({ event }) => ({ type: `${event.type}.hub` }));
    await settled(other);
    const ask = (to: string) => one.request(message('one', 1, to, 'who'), 60_000);
    expect(await ask('other/desk')).toEqual({ type: 'who.other' });
    expect(await ask('hub/desk')).toEqual({ type: 'who.hub' });
    await expect(ask('no/desk')).rejects.toMatchObject({ code: 'bus.nobody' });
    expect(await hub.request(message('hub', 1, 'other/desk', 'x'), 60_000)).toEqual({
      type: 'x.other',
    });
  });

  test('a refusal says the same to who asked as to who is asked at home', async () => {
    const { join, hub } = await open();
    const [one, other] = [await join('one'), await join('other')];
    const refusal = { code: 'desk.old', message: 'it is too old', hint: 'use a newer one' };
    const refuse = (): never => {
      throw new UserError(refusal.code, refusal.message, refusal.hint);
    };
    other.answer('other/desk', refuse);
    hub.answer('hub/desk', refuse);
    await settled(other);
    for (const to of ['other/desk', 'hub/desk']) {
      await expect(one.request(message('one', 1, to), 60_000)).rejects.toMatchObject(refusal);
    }
  });

  test('one who is gone is not waited for', async () => {
    const { join } = await open({ leaseMs: 50 });
    const [one, other] = [await join('one'), await join('other')];
    other.answer('other/desk', () => new Promise<never>(() => {}));
    await settled(other);
    const asked = one.request(message('one', 1, 'other/desk'), 600_000);
    // Heard before it is gone.
    await settled(one);
    other.close();
    await expect(asked).rejects.toMatchObject({ code: 'bus.gone' });
  });

  test('an address belongs to who took it first', async () => {
    const refused: string[] = [];
    const { join } = await open();
    const one = await join('one');
    const other = await join('other', { onRefused: ({ code }) => void refused.push(code) });
    one.answer('desk', () => ({ type: 'one' }));
    await settled(one);
    other.answer('desk', () => ({ type: 'other' }));
    await settled(other);
    expect(refused).toEqual(['bus.taken']);
  });
});

describe('a wire that is cut', () => {
  test('loses nothing of what is said meanwhile, on either side, and repeats nothing', async () => {
    const { hub, join, wire } = await open();
    const cable = await wire();
    const one = await join('one', { url: cable.url });
    const [there, here] = [hub.subscribe('run/*'), one.subscribe('hub/*')];
    await settled(one);
    const total = 3_000;
    for (let at = 1; at <= total; at += 1) {
      one.publish(message('one', at));
      hub.publish(message('hub', at, 'hub/news'));
      if (at % 500 === 0) cable.cut();
      if (at % 50 === 0) await new Promise(setImmediate);
    }
    expect(await take(there, total)).toEqual(counted(total));
    expect(await take(here, total)).toEqual(counted(total));
  });

  test('and is slow and says all twice is heard once, and in order', async () => {
    const { hub, join, wire } = await open();
    const cable = await wire();
    const one = await join('one', { url: cable.url });
    const [there, here] = [hub.subscribe('run/*'), one.subscribe('hub/*')];
    let asked = 0;
    hub.answer('desk', ({ event }) => {
      asked += 1;
      return event;
    });
    await settled(one);
    cable.double('twice');
    cable.delay(5);
    const answers: Promise<{ readonly type: string }>[] = [];
    for (let at = 1; at <= 1_000; at += 1) {
      one.publish(message('one', at));
      hub.publish(message('hub', at, 'hub/news'));
      if (at % 10 === 0) answers.push(one.request(message('one', at, 'desk', `q${at}`), 60_000));
      if (at % 50 === 0) await new Promise(setImmediate);
    }
    expect((await Promise.all(answers)).map(({ type }) => type)).toEqual(
      counted(100).map((type) => `q${Number(type.slice(1)) * 10}`),
    );
    expect(asked).toBe(100);
    // All of it may have come in one text: what is said after that text's double is heard after it.
    one.publish(message('one', 1_001));
    hub.publish(message('hub', 1_001, 'hub/news'));
    expect(await take(there, 1_001)).toEqual(counted(1_001));
    expect(await take(here, 1_001)).toEqual(counted(1_001));
  });

  test('for longer than its lease costs it its place, and it is told anew of all', async () => {
    const states: string[] = [];
    const { hub, join, wire } = await open({ leaseMs: 30 });
    const cable = await wire();
    const onState = (state: string) => void states.push(state);
    const one = await join('one', { url: cable.url, onState });
    const here = one.subscribe('hub/*');
    one.answer('one/desk', () => ({ type: 'back' }));
    const there = hub.subscribe('run/*');
    await settled(one);
    cable.hold();
    one.publish(message('one', 1));
    await eventually('it is gone', () => hub.peers.length === 0);
    cable.heal();
    expect(await take(there, 1)).toEqual(['m1']);
    await settled(one);
    hub.publish(message('hub', 1, 'hub/news'));
    expect(await take(here, 1)).toEqual(['m1']);
    expect(await hub.request(message('hub', 2, 'one/desk'), 60_000)).toEqual({ type: 'back' });
    expect(states).toEqual(['connected', 'cut-off', 'connected']);
  });

  test('leaves a question open, which is answered when it is whole again', async () => {
    const { hub, join, wire } = await open();
    const cable = await wire();
    const one = await join('one', { url: cable.url });
    let answer: (event: { type: string }) => void = () => {};
    hub.answer('desk', () => new Promise((resolve) => (answer = resolve)));
    const asked = one.request(message('one', 1, 'desk'), 600_000);
    await settled(one);
    cable.hold();
    answer({ type: 'late' });
    cable.heal();
    expect(await asked).toEqual({ type: 'late' });
  });
});

describe('somebody who reads too slowly', () => {
  test('is let go, in bounded memory, and the others are served', async () => {
    const { hub, join, wire } = await open({ waitingMax: 1_000 });
    const cable = await wire();
    const slow = await join('slow', { url: cable.url });
    const good = await join('good');
    slow.subscribe('run/*');
    const there = good.subscribe('run/*');
    await Promise.all([settled(slow), settled(good)]);
    cable.hold();
    await eventually('it is cut off', () => hub.peers.length === 2);
    for (let at = 1; at <= 3_000; at += 1) {
      hub.publish(message('hub', at));
      // The good one reads along.
      if (at % 250 === 0) await settled(good);
    }
    expect(await take(there, 3_000)).toEqual(counted(3_000));
    expect(hub.peers).toEqual(['good']);
  });
});

describe('somebody who says more than the hub can take', () => {
  test('keeps a bounded part of it while it is cut off, is told, and goes on', async () => {
    const refused: string[] = [];
    const { hub, join, wire } = await open();
    const cable = await wire();
    const onRefused = ({ code }: { readonly code: string }) => void refused.push(code);
    const one = await join('one', { url: cable.url, waitingMax: 100, onRefused });
    const here = one.subscribe('hub/*');
    await settled(one);
    cable.hold();
    // Not to the brim: the question that follows has to find room.
    for (let at = 1; at <= 950; at += 1) one.publish(message('one', at));
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused)).toEqual(new Set(['bus.full']));
    cable.heal();
    await settled(one);
    const there = hub.subscribe('run/*');
    one.publish(message('one', 1_001));
    hub.publish(message('hub', 1, 'hub/news'));
    expect(await take(here, 1)).toEqual(['m1']);
    expect((await take(there, 1)).at(-1)).toMatch(/^m/);
  });
});

test('a hub that is closed leaves nobody waiting for an answer', async () => {
  const { hub, join } = await open();
  const one = await join('one');
  one.answer('one/desk', () => new Promise<never>(() => {}));
  await settled(one);
  const asked = hub.request(message('hub', 1, 'one/desk'), 3_600_000);
  hub.close();
  await expect(asked).rejects.toMatchObject({ code: 'bus.gone' });
});

describe('what is larger than a frame may be', () => {
  const giant = 'x'.repeat(frameBytesMax);

  test('is refused to who says, asks or answers it, on both sides; the rest goes on', async () => {
    const refused: string[] = [];
    const states: string[] = [];
    const { hub, join } = await open();
    const one = await join('one', {
      onRefused: ({ code }) => void refused.push(code),
      onState: (state) => void states.push(state),
    });
    const there = hub.subscribe('run/*');
    const echo = ({ event }: Envelope) => (event.type === 'grow' ? { type: giant } : event);
    hub.answer('hub/desk', echo);
    one.answer('one/desk', echo);
    await settled(one);
    one.publish(message('one', 1, 'run/1', giant));
    one.publish(message('one', 2));
    expect(await take(there, 1)).toEqual(['m2']);
    expect(refused).toEqual(['bus.too-large']);
    const tooLarge = { code: 'bus.too-large' };
    const here = (type: string) => one.request(message('one', 3, 'hub/desk', type), 60_000);
    const far = (type: string) => hub.request(message('hub', 1, 'one/desk', type), 60_000);
    for (const ask of [here, far]) {
      await expect(ask(giant)).rejects.toMatchObject(tooLarge);
      await expect(ask('grow')).rejects.toMatchObject(tooLarge);
      expect(await ask('small')).toEqual({ type: 'small' });
    }
    expect(states).toEqual(['connected']);
  });
});

describe('somebody who is let in no more', () => {
  test('is told so once, has its questions refused, and does not come again', async () => {
    let [asked, isWelcome] = [0, true];
    const admit = (token: string) => {
      asked += 1;
      return isWelcome ? admitAll(token) : null;
    };
    const { hub, join, wire } = await open({ admit });
    const cable = await wire();
    const out: string[] = [];
    const one = await join('one', {
      url: cable.url,
      onShutOut: ({ code }) => void out.push(code),
    });
    hub.answer('desk', () => new Promise<never>(() => {}));
    await settled(one);
    const waits = one.request(message('one', 1, 'desk'), 600_000);
    isWelcome = false;
    cable.cut();
    await expect(waits).rejects.toMatchObject({ code: 'bus.refused' });
    expect(out).toEqual(['bus.refused']);
    expect(asked).toBe(2);
  });

  test('comes again while the hub can not look who it is', async () => {
    let state: 'whole' | 'broken' = 'whole';
    let asked = 0;
    const admit = (token: string) => {
      asked += 1;
      if (state === 'broken') throw new Error('a list that is garbage');
      return admitAll(token);
    };
    const { join, wire } = await open({ admit });
    const cable = await wire();
    const one = await join('one', { url: cable.url });
    state = 'broken';
    cable.cut();
    await eventually('it has tried', () => asked > 2);
    state = 'whole';
    const answer = one.request(message('one', 1, 'nobody/here'), 60_000);
    await expect(answer).rejects.toMatchObject({ code: 'bus.nobody' });
  });
});

describe('strangers', () => {
  const pass = (name: string): Pass => ({
    ...free(name),
    maySay: ({ from }) => from === `node/${name}` || from === 'settling',
    mayAnswer: (address) => address.startsWith(`node/${name}/`),
    mayHear: (pattern) => !pattern.startsWith('secret/'),
  });
  const strict = (token: string) => (admitAll(token) ? pass(token.split('+')[0] ?? '') : null);

  test('without a token, or with another name than theirs, are not let in', async () => {
    const { join } = await open();
    await expect(join('one', { token: 'wrong' })).rejects.toMatchObject({
      code: 'bus.refused',
      hint: expect.stringContaining('token'),
    });
    await expect(join('one', { name: 'other' })).rejects.toThrow(/refuses this name/);
  });

  test('speak only as themselves, and are told what they may not', async () => {
    const refused: string[] = [];
    const { hub, join } = await open({ admit: strict });
    const one = await join('one', { onRefused: ({ message }) => void refused.push(message) });
    const heard = hub.subscribe('run/*');
    one.publish(message('node/other', 1, 'run/1', 'forged'));
    one.publish(message('node/one', 1, 'run/1', 'honest'));
    one.subscribe('secret/*');
    one.answer('node/other/desk', () => ({ type: 'forged' }));
    expect(await take(heard, 1)).toEqual(['honest']);
    await settled(one);
    expect(refused).toEqual([
      expect.stringContaining('say run/1'),
      expect.stringContaining('hear secret/*'),
      expect.stringContaining('answer at node/other/desk'),
    ]);
  });

  const hello = (name: string, session: string) =>
    JSON.stringify({ troupe: protocolVersion, name, session, received: 0 });

  async function raw(url: string, name: string, texts: readonly string[]): Promise<number> {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${name}+${name}` } });
    await new Promise((resolve) => socket.on('open', resolve));
    socket.on('error', () => {});
    for (const text of texts) socket.send(text);
    return new Promise((resolve) => socket.on('close', resolve));
  }

  const session = 's'.repeat(32);

  test.each([
    ['no greeting', ['{}']],
    ['no JSON', ['\u0000']],
    ['another version', [JSON.stringify({ troupe: 99, name: 'raw', session, received: 0 })]],
    ['an unknown frame', [hello('raw', session), '[0,1,[["z",1]]]']],
    ['an envelope without an event', [hello('raw', session), '[0,1,[["p","to","from",1,null]]]']],
    ['an address without end', [hello('raw', session), `[0,1,[["s","${'x'.repeat(501)}"]]]`]],
    [
      'a gap',
      [
        hello('raw', session),
        pack({ ack: 0, first: 9, frames: [{ kind: 'subscribe', pattern: 'a' }] }),
      ],
    ],
    [
      'an acknowledgement of what was never sent',
      [hello('raw', session), pack({ ack: 7, first: 1, frames: [] })],
    ],
    // Nothing else is wrong with it: it is cut off, and comes back to nothing.
    ['a giant', [hello('raw', session), `[0,1,[]]${' '.repeat(frameBytesMax)}`]],
  ])('that send %s are shown out, and the others are unharmed', async (_, texts) => {
    const { hub, url, join } = await open({ leaseMs: 100 });
    const good = await join('good');
    expect(await raw(url, 'raw', texts)).toBeGreaterThanOrEqual(1_000);
    await eventually('it is gone', () => hub.peers.join() === 'good');
    expect(await good.request(message('good', 1, 'x'), 60_000).catch(({ code }) => code)).toBe(
      'bus.nobody',
    );
  });

  test("can't take over a session that is another's", async () => {
    const { url, join } = await open();
    await join('good');
    const socket = new WebSocket(url, { headers: { authorization: 'Bearer good+good' } });
    await new Promise((resolve) => socket.on('open', resolve));
    socket.send(hello('good', session));
    await new Promise((resolve) => socket.once('message', resolve));
    expect(await raw(url, 'evil', [hello('evil', session)])).toBe(4_401);
    socket.close();
  });

  test('are only so many', async () => {
    const { join } = await open({ peersMax: 3 });
    for (const name of ['a', 'b', 'c']) await join(name);
    await expect(join('d')).rejects.toThrow(/503/);
  });
});
