/** A runtime killed at random moments, over commands whose children do what they can to stay. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Random, seededRandom } from '../../src/kernel/random.ts';
import { readResult } from '../../src/runs/results.ts';
import { eventually, isRunning, runningWith } from '../agents/processes.ts';
import { buildPackage, type Package } from '../app/package.ts';
import { linesIn } from '../app/stage.ts';
import { tempFolders } from '../app/temp.ts';
import { type Life, Scene } from './scene.ts';

/** More of them, for a night: TROUPE_TORTURE_ORPHANS=500. */
const killsWanted = Number(process.env.TROUPE_TORTURE_ORPHANS ?? 4);
/** The same moments again: TROUPE_TORTURE_SEED=123. */
const seed = Number(process.env.TROUPE_TORTURE_SEED ?? Date.now() % 1_000_000);

vi.setConfig({ testTimeout: 60_000 + 30_000 * killsWanted, hookTimeout: 120_000 });

const temp = tempFolders('orphans');
const lives = new Set<Life>();
let troupe: Package;
beforeAll(() => {
  troupe = buildPackage();
});
afterAll(() => {
  for (const { child } of lives) child.kill('SIGKILL');
  troupe.remove();
});

/**
 * Every process says its pid and token before it settles down; `effect` is what the attempt does to
 * the world, after a while. `deserter` has a child in a session of its own that hears no signal;
 * `ghost` one whose parent is gone, `nest` grandchildren, `deaf` ignores what it can.
 */
const step = `#!/bin/sh
note() { echo "$1 $TROUPE_TASK $TROUPE_TOKEN $2" >> log; }
note start $$
own='echo "child $TROUPE_TASK $TROUPE_TOKEN $$" >> log'
stay="trap '' TERM INT HUP; $own; while :; do sleep 0.1; done"
case $TROUPE_TASK in
  nest) sh -c "$own; sleep 1000 & wait" & ;;
  deserter) setsid sh -c "$stay" & ;;
  ghost) (setsid sh -c "$stay" >/dev/null 2>&1 &) ;;
  deaf) trap '' TERM INT HUP; sh -c "$stay" & ;;
esac
there() { [ "$TROUPE_TASK" = plain ] || grep -q "^child $TROUPE_TASK $TROUPE_TOKEN " log; }
until there; do sleep 0.02; done
sleep "0.$((TROUPE_TOKEN % 4 + 1))"
note effect $$
cat
`;

const plan = `
name: orphans
concurrency: 5
agents:
  worker: { adapter: command, run: [sh, step.sh], count: 5, backoff: { initial: 5ms, max: 20ms } }
tasks:
  - { id: plain, agent: worker, prompt: plain }
  - { id: nest, agent: worker, prompt: nest, needs: [plain] }
  - { id: deserter, agent: worker, prompt: deserter, needs: [plain] }
  - { id: ghost, agent: worker, prompt: ghost, needs: [plain] }
  - { id: deaf, agent: worker, prompt: deaf, needs: [plain] }
  - id: last
    agent: worker
    prompt: "{{results.nest.output}} {{results.deaf.output}}"
    needs: [nest, deserter, ghost, deaf]
    run: [cat]
`;

interface Note {
  readonly what: 'start' | 'child' | 'effect';
  readonly task: string;
  readonly token: number;
  readonly pid: number;
}

function notesIn({ folder }: Scene): readonly Note[] {
  return linesIn(join(folder, 'log')).map((line) => {
    const [what = '', task = '', token, pid] = line.split(' ');
    return { what: what as Note['what'], task, token: Number(token), pid: Number(pid) };
  });
}

function setUp(): Scene {
  const scene = new Scene(temp(), troupe.cli);
  writeFileSync(join(scene.folder, 'step.sh'), step);
  writeFileSync(join(scene.folder, 'plan.yaml'), plan);
  return scene;
}

async function outcomeOf({ troupe: library }: Scene) {
  const folder = await library.folder('latest');
  const { view } = await library.look(folder.id);
  const results = await Promise.all(view.tasks.map(({ id }) => readResult(folder, id)));
  return { run: view.status, results: results.map((each) => [each?.status, each?.output]) };
}

const below = (random: Random, limit: number): number => random.next() % limit;

async function killAtRandom(scene: Scene, life: Life, random: Random): Promise<boolean> {
  const notes = notesIn(scene).length + below(random, 8);
  let over = false;
  void life.over.then(() => {
    over = true;
  });
  await eventually('a moment to be killed', () => over || notesIn(scene).length >= notes);
  await new Promise((resolve) => setTimeout(resolve, below(random, 80)));
  life.child.kill('SIGKILL');
  return (await life.over).code === null;
}

/** Nothing of it runs any more, and nobody had to resume it for that. */
async function expectNobodyLeft(scene: Scene): Promise<void> {
  const { runId } = scene;
  const mine = (): readonly number[] => [
    ...(runId ? runningWith(`TROUPE_RUN=${runId}`) : []),
    ...notesIn(scene)
      .map(({ pid }) => pid)
      .filter(isRunning)
      .filter((pid) => runningWith(`TROUPE_RUN=${runId}`).includes(pid)),
  ];
  await eventually(`nobody is left: ${mine()}`, () => mine().length === 0);
}

/** An attempt's effect happens once at most, and none after a newer attempt has begun. */
function expectFenced(scene: Scene): void {
  const notes = notesIn(scene);
  for (const task of new Set(notes.map((note) => note.task))) {
    const own = notes.filter((note) => note.task === task);
    const tokens = own.map(({ token }) => token);
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
    for (const token of new Set(tokens)) {
      const count = (what: Note['what']): number =>
        own.filter((note) => note.token === token && note.what === what).length;
      expect([task, token, count('start')]).toEqual([task, token, 1]);
      expect(count('effect')).toBeLessThanOrEqual(1);
    }
  }
}

async function live(scene: Scene, random: Random, killsMax: number, how: 'wait' | 'hurry') {
  for (let kills = 0; ; kills += 1) {
    const life = scene.live();
    lives.add(life);
    const killed = kills < killsMax && (await killAtRandom(scene, life, random));
    const { code, said } = await life.over;
    lives.delete(life);
    // Resumed at once, the old guardian and the new runtime are at work together.
    if (killed && how === 'wait') await expectNobodyLeft(scene);
    if (killed) continue;
    expect({ code, said }).toEqual({ code: 0, said: expect.any(String) });
    return kills;
  }
}

describe.skipIf(process.platform !== 'linux')('children that want to stay', () => {
  // Elsewhere a process that has left its group can't be found.
  test.each(['wait', 'hurry'] as const)('do not, after %s and resume', async (how) => {
    try {
      const random = seededRandom(seed);
      const peaceful = setUp();
      await live(peaceful, random, 0, how);
      const expected = await outcomeOf(peaceful);
      expect(expected).toMatchObject({ run: 'succeeded' });
      await expectNobodyLeft(peaceful);
      for (let kills = 0; kills < killsWanted; ) {
        const scene = setUp();
        kills += await live(scene, random, Math.min(4, killsWanted - kills), how);
        expect(existsSync(join(scene.folder, 'log'))).toBe(true);
        await expectNobodyLeft(scene);
        expectFenced(scene);
        expect(await outcomeOf(scene)).toEqual(expected);
      }
    } catch (error) {
      throw new Error(`with TROUPE_TORTURE_SEED=${seed}`, { cause: error });
    }
  });
});
