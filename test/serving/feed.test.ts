/** What a page is told of a run: all of it, then what changes; also late, slow, or back again. */
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { definePlan, simulated } from '../../src/plan/define.ts';
import { Feed, unreadMaxBytes } from '../../src/serving/feed.ts';
import type { ActorRow, Frame, RunFrame } from '../../src/serving/wire.ts';
import { eventually } from '../agents/processes.ts';
import { houses, isRun } from './opened.ts';

const house = houses('feed');

const plan = definePlan({
  name: 'two',
  agents: { one: simulated({ work: '30ms', costUsd: 0.01 }) },
  tasks: [{ id: 'a' }, { id: 'b', needs: ['a'] }],
});

/** Its tasks have ended long before the last input comes. */
const wide = definePlan({
  agents: { one: simulated({ work: '10ms' }), two: simulated({ work: '200ms' }) },
  tasks: [
    { id: 'a', agent: 'one' },
    { id: 'b', agent: 'one' },
    { id: 'c', agent: 'two' },
  ],
});

/** What a page would have put together. */
function together(frames: readonly RunFrame[]): Record<string, string> {
  const rows = new Map<string, ActorRow>();
  for (const frame of frames) {
    if (frame.kind === 'whole') rows.clear();
    for (const row of frame.actors) rows.set(row.address, row);
  }
  return Object.fromEntries([...rows].map(([address, { state }]) => [address, state]));
}

const wholeRun = (id: string) => ({ run: { id, since: 0, facts: 0 } });

describe('a feed', () => {
  test('tells everything, then what changes, until the run is over', async () => {
    const { begin, listen, answer } = await house();
    const { run, played } = await begin(plan);
    const listener = await listen(wholeRun(run.id));
    const first = await listener.heard(isRun);
    expect(first).toMatchObject({ kind: 'whole', run: run.id, moment: null });
    expect(first.shape?.tasks.map(({ id, wave }) => [id, wave])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    await played;
    await eventually('the end is told', () => {
      return listener.runFrames.at(-1)?.head.status === 'succeeded';
    });
    const now = await answer<RunFrame>(`runs/${run.id}`);
    expect(together(listener.runFrames)).toEqual(together([now]));
    const facts = listener.runFrames.flatMap((frame) => frame.facts.map(({ seq }) => seq));
    expect(facts).toEqual(facts.map((_, at) => at + 1));
    expect(now.head.costUsd).toBeCloseTo(0.02);
    expect(now.bars.filter(({ kind }) => kind === 'work')).toHaveLength(2);
    expect(now.spend.at(-1)?.[1]).toBeCloseTo(0.02);
  });

  test('goes on where a page that comes back has stopped', async () => {
    const { play, listen } = await house();
    const { run } = await play(wide);
    const all = await (await listen(wholeRun(run.id))).heard(isRun);
    const since = all.head.n - 1;
    const again = await listen({ run: { id: run.id, since, facts: all.head.facts - 1 } });
    const rest = await again.heard(isRun);
    expect(rest).toMatchObject({ kind: 'delta', since });
    expect(rest.actors.length).toBeLessThan(all.actors.length);
    expect(rest.actors.map(({ address }) => address)).not.toContain('task/a');
    expect(rest.facts.map(({ seq }) => seq)).toEqual([all.head.facts]);
    expect(rest.shape).toBeUndefined();
  });

  test('begins anew for a page that has seen more than there is', async () => {
    const { play, listen } = await house();
    const { run } = await play(plan);
    const listener = await listen({ run: { id: run.id, since: 1e6, facts: 1e6 } });
    expect((await listener.heard(isRun)).kind).toBe('whole');
  });

  test('says what is wrong with a run that is not there', async () => {
    const { listen } = await house();
    const listener = await listen(wholeRun('nobody'));
    const problem = await listener.heard((frame) => frame.kind === 'problem');
    expect(problem).toMatchObject({ code: 'run.unknown' });
  });

  test('skips a page that does not read, and then tells it the newest', async () => {
    const { serving, begin } = await house();
    const { run, played } = await begin(plan);
    const frames: Frame[] = [];
    const socket = {
      bufferedAmount: unreadMaxBytes + 1,
      send: (text: string) => void frames.push(JSON.parse(text) as Frame),
    };
    const feed = new Feed(serving.house, socket as never, systemClock);
    const wanted = { runs: false, moment: null, actor: null, words: null };
    feed.take(JSON.stringify({ ...wanted, ...wholeRun(run.id) }));
    await feed.tick();
    await played;
    await feed.tick();
    expect(frames).toEqual([]);
    socket.bufferedAmount = 0;
    await feed.tick();
    expect(frames).toHaveLength(1);
    expect(frames[0]).toMatchObject({ kind: 'whole', head: { status: 'succeeded' } });
  });

  test('shows any moment, and an actor there, beside the present', async () => {
    const { play, listen } = await house();
    const { run } = await play(plan);
    const listener = await listen({ ...wholeRun(run.id), moment: 3, actor: 'task/a' });
    const isPast = (frame: Frame): frame is RunFrame => isRun(frame) && frame.moment !== null;
    const past = await listener.heard(isPast);
    expect([past.moment, past.head.n, past.head.status]).toEqual([3, 3, 'running']);
    const look = await listener.heard((frame) => frame.kind === 'actor');
    expect(look).toMatchObject({ moment: 3, address: 'task/a', machine: 'task', life: 'alive' });
  });

  test('goes on with a run whose past can not be shown', async () => {
    const { begin, listen } = await house();
    const { run, played } = await begin(plan);
    const listener = await listen({ ...wholeRun(run.id), words: { task: '../..', token: 1e11 } });
    await listener.want({ ...wholeRun(run.id), actor: 'nobody/here', moment: 1 });
    await listener.heard((frame) => frame.kind === 'actor');
    await played;
    await eventually('the end is told', () => {
      return listener.runFrames.some(({ moment, head }) => !moment && head.status === 'succeeded');
    });
  });

  test('gives the words of an attempt', async () => {
    const { play, listen } = await house();
    const talk = definePlan({
      agents: { one: { adapter: 'command', run: ['echo', '<b>hello</b>'] } },
      tasks: [{ id: 'a' }],
    });
    const { run } = await play(talk);
    const listener = await listen({ ...wholeRun(run.id), words: { task: 'a', token: 1 } });
    const said = await listener.heard((frame) => frame.kind === 'words');
    expect(said).toMatchObject({ goesOn: false, words: [{ kind: 'raw', text: '<b>hello</b>\n' }] });
  });

  test('lists the runs', async () => {
    const { play, listen } = await house();
    const { run } = await play(plan);
    const listener = await listen({ runs: true });
    const list = await listener.heard((frame) => frame.kind === 'runs');
    expect(list).toMatchObject({ runs: [{ id: run.id, status: 'succeeded', life: 'nobody' }] });
  });
});
