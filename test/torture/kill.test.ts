/** A real run is killed at fifty random moments, and comes to the same end as one left in peace. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decodeRecord } from '../../src/journal/record.ts';
import { type Random, seededRandom } from '../../src/kernel/random.ts';
import { readResult } from '../../src/runs/results.ts';
import type { RunFact } from '../../src/runs/run.ts';
import { eventually, runningWith } from '../agents/processes.ts';
import { buildPackage, type Package } from '../app/package.ts';
import { tempFolders } from '../app/temp.ts';
import { type Life, type Line, Scene } from './scene.ts';

/** More of them, for a night: TROUPE_TORTURE_KILLS=5000. */
const killsWanted = Number(process.env.TROUPE_TORTURE_KILLS ?? 50);
/** The same moments again: TROUPE_TORTURE_SEED=123. */
const seed = Number(process.env.TROUPE_TORTURE_SEED ?? Date.now() % 1_000_000);

vi.setConfig({ testTimeout: 20_000 * killsWanted, hookTimeout: 120_000 });

const temp = tempFolders('torture');
const lives = new Set<Life>();
let troupe: Package;
beforeAll(() => {
  troupe = buildPackage();
});
afterAll(() => {
  for (const { child } of lives) child.kill('SIGKILL');
  troupe.remove();
});

const below = (random: Random, limit: number): number => random.next() % limit;

/** What of a run must not depend on what happened to it. */
async function outcomeOf(scene: Scene): Promise<Readonly<Record<string, unknown>>> {
  const folder = await scene.troupe.folder('latest');
  const { view } = await scene.troupe.look(folder.id);
  const results = await Promise.all(view.tasks.map(({ id }) => readResult(folder, id)));
  const told = results.map((result, at) => {
    const { status, output, error, agent_id: agent } = result ?? {};
    return [view.tasks[at]?.id, { status, output, code: error?.code ?? null, ran: agent !== null }];
  });
  return { run: view.status, counts: view.counts, ...Object.fromEntries(told) };
}

/** True when it was killed; false when it had come to its end before. */
async function killAtRandom(life: Life, random: Random): Promise<boolean> {
  const [facts, pauseMs] = [below(random, 14), below(random, 60)];
  // No fact at all: somewhere while it starts, or takes up what was left.
  const startMs = facts === 0 ? below(random, 250) : 0;
  let over = false;
  void life.over.then(() => {
    over = true;
  });
  await eventually('a moment to be killed', () => over || life.facts() >= facts);
  await new Promise((resolve) => setTimeout(resolve, startMs + pauseMs));
  life.child.kill('SIGKILL');
  return (await life.over).code === null;
}

/** Lives until it has come to its end; answers how often it was killed on the way. */
async function liveThrough(scene: Scene, random: Random, killsMax: number): Promise<number> {
  for (let kills = 0; ; kills += 1) {
    const life = scene.live();
    lives.add(life);
    const killed = kills < killsMax && (await killAtRandom(life, random));
    const { code, said } = await life.over;
    lives.delete(life);
    // Whatever the kill has left can be looked at.
    const { runId } = scene;
    if (runId) expect((await scene.troupe.look(runId)).view.total).toBe(12);
    if (killed) continue;
    expect({ code, said }).toEqual({ code: 1, said: expect.any(String) });
    return kills;
  }
}

/** The last moment may come after the end: then only its last words were cut off. */
async function expectSound(scene: Scene): Promise<void> {
  const facts: RunFact[] = [];
  for await (const fact of scene.troupe.facts('latest')) facts.push(fact);
  expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, at) => at + 1));
  const tokens = facts.flatMap((fact) => (fact.type === 'task.started' ? [fact.token ?? 0] : []));
  expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
  expectFenced(scene.lines(), facts, new Set(tokens));
  const folder = await scene.troupe.folder('latest');
  expectWhole(readFileSync(folder.journal));
  expect(runningWith(`TROUPE_RUN=${folder.id}`)).toEqual([]);
}

function expectFenced(
  lines: readonly Line[],
  facts: readonly RunFact[],
  tokens: ReadonlySet<number>,
): void {
  const count = (what: Line['what'], task: string, token: number): number =>
    lines.filter((line) => line.what === what && line.task === task && line.token === token).length;
  for (const task of new Set(lines.map((line) => line.task))) {
    const own = lines.filter((line) => line.task === task);
    const attempts = own.filter((line, at) => line.token !== own[at - 1]?.token);
    // Its attempts follow each other: none says a word once the next has begun.
    expect(attempts.map(({ token }) => token)).toEqual(
      [...new Set(own.map(({ token }) => token))].sort((a, b) => a - b),
    );
    expect(attempts.every(({ what }) => what === 'start')).toBe(true);
    for (const { token } of attempts) {
      expect(count('start', task, token)).toBe(1);
      // Nothing ran that the journal does not know.
      expect(tokens).toContain(token);
    }
    const ended = facts.some((fact) => fact.type === 'task.succeeded' && fact.task === task);
    const last = attempts.at(-1);
    if (ended && last) expect(count('end', task, last.token)).toBe(1);
  }
}

function expectWhole(journal: Buffer): void {
  const lines = journal.toString('latin1').split('\n').slice(1, -1);
  const numbers = lines.map((line) => {
    const record = decodeRecord(Buffer.from(line, 'latin1')) as { readonly n: number } | undefined;
    return record?.n;
  });
  expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  expect(journal.at(-1)).toBe(0x0a);
}

test(`a run that is killed ${killsWanted} times ends as if nothing had happened`, async () => {
  try {
    const random = seededRandom(seed);
    const peaceful = new Scene(temp(), troupe.cli);
    await liveThrough(peaceful, random, 0);
    await expectSound(peaceful);
    const expected = await outcomeOf(peaceful);
    expect(expected).toMatchObject({ run: 'failed', counts: { succeeded: 10, failed: 1 } });
    for (let kills = 0; kills < killsWanted; ) {
      const scene = new Scene(temp(), troupe.cli);
      kills += await liveThrough(scene, random, killsWanted - kills);
      await expectSound(scene);
      expect(await outcomeOf(scene)).toEqual(expected);
    }
  } catch (error) {
    throw new Error(`with TROUPE_TORTURE_SEED=${seed}`, { cause: error });
  }
});
