/** Whoever means harm at a hub: refused, bounded, and nobody else is hurt. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Envelope } from '../../src/bus/bus.ts';
import { WebSocketBus } from '../../src/bus/websocket.ts';
import { readVersion } from '../../src/config.ts';
import { sleep, systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { UserError } from '../../src/kernel/user-error.ts';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import {
  emptyParcel,
  isPlainPath,
  type ParcelFile,
  staysInside,
} from '../../src/workers/parcel.ts';
import { unknownTerms } from '../../src/workers/terms.ts';
import { unpack } from '../../src/workers/unpacking.ts';
import { hubDesk, type SentOrder } from '../../src/workers/wire.ts';
import { eventually } from '../agents/processes.ts';
import { resultOf } from '../app/stage.ts';
import { tempFolders } from '../app/temp.ts';
import { type Hall, halls } from './hall.ts';

const open = halls('hostile');
const temp = tempFolders('hostile-files');

const busOf = ({ hub, token }: Hall, name: string, more: object = {}) =>
  WebSocketBus.connect({
    ...{ url: hub.url, token, name, clock: systemClock, random: systemRandom },
    ...more,
  });

const say = (from: string, event: object, sequence = 1): Envelope => ({
  ...{ to: hubDesk, from, sequence },
  event: event as Envelope['event'],
});

const joining = { type: 'worker.join', version: 'x', roles: { coder: 1 }, labels: [] };

describe('at the door', () => {
  test('nobody comes in without a token that is valid now', async () => {
    const hall = await open();
    const { token: brief } = await hall.tokens.create({ role: 'worker', ttlMs: 1 });
    const { id, token: taken } = await hall.tokens.create({ role: 'worker', ttlMs: null });
    await hall.tokens.revoke(id);
    await eventually('it has run out', () => hall.tokens.check(brief) === null);
    for (const token of ['', 'wrong', brief, taken, `${hall.token}x`]) {
      await expect(busOf(hall, 'one', { token })).rejects.toMatchObject({ code: 'bus.refused' });
    }
    const kept = readFileSync(join(hall.home, 'tokens', 'list.json'), 'utf8');
    expect(kept).not.toContain(hall.token.split('_')[2]);
  });

  test('a token that is taken back shows out who came with it', async () => {
    const hall = await open({ leaseMs: 300 });
    const worker = await hall.join('one');
    for (const { id } of hall.tokens.list()) await hall.tokens.revoke(id);
    await eventually('it is out', () => hall.news.includes('worker.lost one'));
    // It does not knock for ever: whoever started it is told.
    expect(await worker.turnedAway).toMatchObject({ code: 'bus.refused' });
    await expect(busOf(hall, 'one')).rejects.toMatchObject({ code: 'bus.refused' });
  });

  test('a list of tokens that is garbage lets nobody in, and shows nobody out', async () => {
    const hall = await open({ leaseMs: 1_000 });
    await hall.join('first');
    const list = join(hall.home, 'tokens', 'list.json');
    const before = readFileSync(list, 'utf8');
    writeFileSync(list, 'garbage');
    await expect(hall.join('second')).rejects.toMatchObject({ code: 'bus.unreachable' });
    await sleep(systemClock, 1_200);
    expect(hall.hub.workers()).toEqual(['first']);
    writeFileSync(list, before);
    await hall.join('second');
    expect(hall.hub.workers()).toEqual(['first', 'second']);
  });

  test('a name is the token it came with, and no name leads out of an address', async () => {
    const hall = await open();
    await hall.join('one');
    const { token } = await hall.tokens.create({ role: 'worker', ttlMs: null });
    for (const name of ['one', 'one/two', '../one', '']) {
      await expect(busOf(hall, name, { token })).rejects.toMatchObject({ code: 'bus.refused' });
    }
  });
});

describe('inside', () => {
  test('a worker speaks as itself, of its own work, and hears of no other', async () => {
    const hall = await open();
    const refused: string[] = [];
    const bus = await busOf(hall, 'one', {
      onRefused: ({ code }: { code: string }) => void refused.push(code),
    });
    const ask = (envelope: Envelope) => bus.request(envelope, 20_000);
    const forbidden = { code: 'bus.forbidden' };
    await expect(ask(say('node/two/x', joining))).rejects.toMatchObject(forbidden);
    await expect(ask(say('node/one/x', { type: 'agent.stop' }))).rejects.toMatchObject(forbidden);
    await expect(ask({ ...say('node/one/x', joining), to: 'run/1' })).rejects.toMatchObject(
      forbidden,
    );
    await expect(ask(say('node/one/x', joining))).rejects.toMatchObject({ code: 'worker.version' });
    const beat = { type: 'worker.beat', tickets: [] };
    await expect(ask(say('node/one/x', beat))).rejects.toMatchObject({ code: 'worker.unknown' });
    bus.subscribe('run/*');
    bus.answer('node/two/desk', () => ({ type: 'me' }));
    await eventually('both are refused', () => refused.length === 2);
    expect(refused).toEqual(['bus.forbidden', 'bus.forbidden']);
    bus.close();
  });

  test('a flood is shown out, and the work of others goes on', async () => {
    const hall = await open();
    await hall.join('good');
    const states: string[] = [];
    const onState = (state: string) => void states.push(state);
    const bad = await busOf(hall, 'bad', { onState });
    for (let at = 1; at <= 80_000; at += 1) {
      bad.publish(say('node/bad/x', { type: 'work.told', ticket: 'x', events: [] }, at));
    }
    const plan = definePlan({
      name: 'sample',
      agents: { coder: command({ where: 'remote' }) },
      tasks: [{ id: 'a', run: ['true'] }],
    });
    expect((await hall.play(plan)).end).toMatchObject({ status: 'succeeded' });
    await eventually('it is shown out', () => states.includes('cut-off'));
    bad.close();
  });
});

describe('what is sent back', () => {
  test('one that only pretends is sent no files, and no file is believed of it', async () => {
    const hall = await open({ leaseMs: 120_000 });
    const bus = await busOf(hall, 'one');
    const orders: SentOrder[] = [];
    let sequence = 1;
    bus.answer('node/one/x', ({ event }) => {
      if (event.type !== 'work.begin') return { type: 'work.heard' };
      const order = event as unknown as SentOrder;
      orders.push(order);
      sequence += 1;
      const ended = { type: 'work.ended', ticket: order.ticket, events: [], outcome: claim };
      bus.publish(say('node/one/x', { ...ended, parcel: emptyParcel }, sequence));
      return { type: 'work.heard' };
    });
    await bus.request(say('node/one/x', { ...joining, version: readVersion() }), 60_000);
    const coder = { ...simulated({ work: '0ms' }), where: 'remote' as const };
    const tasks = [{ id: 'a', agent: 'coder' }];
    const { run, end } = await hall.play(definePlan({ name: 'sample', agents: { coder }, tasks }));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(orders.map(({ terms, parcel }) => [terms, parcel.files])).toEqual([
      [expect.objectContaining({ files: 'none' }), []],
    ]);
    expect(await resultOf(run, 'a')).toMatchObject({ output: '', output_file: null });
    bus.close();
  });

  test('a disk that is full there is a failure there, and halts nothing here', async () => {
    const hall = await open({ leaseMs: 120_000 });
    const bus = await busOf(hall, 'one');
    let sequence = 1;
    const fault = { code: 'agent.disk-full', message: 'ENOSPC', retryable: true };
    bus.answer('node/one/x', ({ event }) => {
      if (event.type !== 'work.begin') return { type: 'work.heard' };
      const { ticket } = event as unknown as SentOrder;
      sequence += 1;
      const outcome = { ...claim, kind: 'failed', fault };
      const ended = { type: 'work.ended', ticket, events: [], outcome, parcel: emptyParcel };
      bus.publish(say('node/one/x', ended, sequence));
      return { type: 'work.heard' };
    });
    await bus.request(say('node/one/x', { ...joining, version: readVersion() }), 60_000);
    const coder = { ...simulated({ work: '0ms' }), where: 'remote' as const, retries: 0 };
    const plan = definePlan({ name: 'sample', agents: { coder }, tasks: [{ id: 'a' }] });
    const { end } = await hall.play(plan);
    expect(end).toMatchObject({ kind: 'ended', status: 'failed' });
    bus.close();
  });

  test('terms are told once, and once more to one that does not know them', async () => {
    const hall = await open({ leaseMs: 120_000 });
    const bus = await busOf(hall, 'one');
    const told: string[] = [];
    let sequence = 1;
    bus.answer('node/one/x', ({ event }) => {
      if (event.type !== 'work.begin') return { type: 'work.heard' };
      const { ticket, terms } = event as unknown as SentOrder;
      told.push(typeof terms);
      if (told.length === 3) throw new UserError(unknownTerms, 'what terms?', 'send them');
      sequence += 1;
      const ended = { type: 'work.ended', ticket, events: [], outcome: claim };
      bus.publish(say('node/one/x', { ...ended, parcel: emptyParcel }, sequence));
      return { type: 'work.heard' };
    });
    await bus.request(say('node/one/x', { ...joining, version: readVersion() }), 60_000);
    const coder = { ...simulated({ work: '0ms' }), where: 'remote' as const };
    const tasks = ['a', 'b', 'c', 'd'].map((id) => ({ id, agent: 'coder' }));
    const { end } = await hall.play(definePlan({ name: 'sample', agents: { coder }, tasks }));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(told).toEqual(['object', 'number', 'number', 'object', 'number']);
    bus.close();
  });

  const claim = {
    ...{ kind: 'succeeded', durationMs: 0 },
    output: { path: 'plan.json', bytes: 1, sha256: 'x', text: 'stolen' },
    usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
    evidence: [{ kind: 'exit', passed: true, summary: 'it says so', facts: {} }],
  };

  const content = Buffer.from('content');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = (path: string, more: Partial<ParcelFile> = {}): ParcelFile => ({
    ...{ path, kind: 'file', bytes: content.length, sha256 },
    inline: content.toString('base64'),
    ...more,
  });
  const put = (folder: string, files: readonly ParcelFile[], allows = ['artifacts/a/']) =>
    unpack(
      { id: 'x', files: [...files] },
      [{ prefix: 'run', folder, allows }],
      async () => Buffer.alloc(0),
      new AbortController().signal,
    );

  test('names that lead anywhere else are no names', () => {
    for (const path of ['../a', 'a/../../b', '/a', 'a//b', 'a/.git/hooks/x', 'a/.GIT/x', 'c:/x']) {
      expect([path, isPlainPath(path)]).toEqual([path, false]);
    }
    for (const path of ['a\\b', 'a/git~1/x', 'a/.git./x', 'a/\u0000', 'a/.g\u200cit/config']) {
      expect([path, isPlainPath(path)]).toEqual([path, false]);
    }
    expect(isPlainPath('place/src/.gitignore')).toBe(true);
  });

  test('links stay inside', () => {
    expect(staysInside('place/a/link', '../b')).toBe(true);
    for (const target of ['../../b', '/etc/passwd', 'x/../../b', '', 'up/../..']) {
      expect([target, staysInside('place/a/link', target)]).toEqual([target, false]);
    }
  });

  test('goes nowhere but where it belongs, whole and as it was told', async () => {
    const folder = temp();
    await put(folder, [file('run/artifacts/a/deep/x')]);
    expect(readFileSync(join(folder, 'artifacts/a/deep/x'), 'utf8')).toBe('content');
    const refused = { code: 'files.refused' };
    await expect(put(folder, [file('run/journal.jsonl')])).rejects.toMatchObject(refused);
    await expect(put(folder, [file('run/artifacts/b/x')])).rejects.toMatchObject(refused);
    await expect(put(folder, [file('place/x')])).rejects.toMatchObject(refused);
    const other = file('run/artifacts/a/y', { sha256: '0'.repeat(64) });
    await expect(put(folder, [other])).rejects.toMatchObject(refused);
    const short = file('run/artifacts/a/y', { bytes: 3 });
    await expect(put(folder, [short])).rejects.toMatchObject(refused);
  });

  test('is not written through a link', async () => {
    const [folder, outside] = [temp(), temp()];
    mkdirSync(join(folder, 'artifacts/a'), { recursive: true });
    writeFileSync(join(outside, 'x'), 'mine');
    symlinkSync(outside, join(folder, 'artifacts/a/link'));
    symlinkSync(join(outside, 'x'), join(folder, 'artifacts/a/x'));
    const through = put(folder, [file('run/artifacts/a/link/x')]);
    await expect(through).rejects.toMatchObject({ code: 'files.refused' });
    await put(folder, [file('run/artifacts/a/x')]);
    expect(readFileSync(join(outside, 'x'), 'utf8')).toBe('mine');
    const link = file('run/artifacts/a/l', {
      kind: 'link',
      inline: Buffer.from('../../../x').toString('base64'),
    });
    await expect(put(folder, [link])).rejects.toMatchObject({ code: 'files.refused' });
  });

  test('leads others only where its sender may write itself', async () => {
    const folder = temp();
    const linkTo = (target: string) =>
      file('run/artifacts/a/l', { kind: 'link', inline: Buffer.from(target).toString('base64') });
    const refused = { code: 'files.refused' };
    await expect(put(folder, [linkTo('../../journal.jsonl')])).rejects.toMatchObject(refused);
    await put(folder, [file('run/artifacts/a/x'), linkTo('x')]);
    expect(readFileSync(join(folder, 'artifacts/a/l'), 'utf8')).toBe('content');
  });
});
