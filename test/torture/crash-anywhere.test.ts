/** A run that dies after any record of its journal ends, once it is resumed, as if it had not. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import { checkRun } from '../../src/journal/axioms/check-run.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import { loadPlan } from '../../src/plan/load.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { readResult } from '../../src/runs/results.ts';
import { killMoments, noFaults } from '../../src/simulation/fault-mix.ts';
import { type SimulatedRun, simulateRun } from '../../src/simulation/simulate-run.ts';
import { runningWith } from '../agents/processes.ts';
import { tempFolders } from '../app/temp.ts';

/** Every record of the long plan too, for a night: TROUPE_LONG=1. */
const isLong = process.env.TROUPE_LONG === '1';
/** Records of the long plan that are tried in a hurry. */
const sampleSize = 8;

vi.setConfig({ testTimeout: isLong ? 3_600_000 : 120_000 });

const names = ['hello', 'level-6', 'repo-report'] as const;

describe('in virtual time, at every moment of every record', () => {
  test.each(names)('%s', async (name) => {
    const plan = await loadPlan(`examples/${name}.yaml`);
    const whole = await simulateRun({ plan, seed: 1, faults: noFaults });
    expect(whole.ending?.status).toBe('succeeded');
    for (let n = 1; n <= whole.records.length; n += 1) {
      for (const moment of killMoments) {
        const faults = { ...noFaults, kills: [{ n, moment }] };
        const run = await simulateRun({ plan, seed: 1, faults });
        expect([n, moment, outcomeOf(run)]).toEqual([n, moment, outcomeOf(whole)]);
        // Once the last record is carried out, nobody is there to be killed.
        const isOver = moment === 'performed' && n === whole.records.length;
        expect([n, moment, run.kills]).toEqual([n, moment, isOver ? 0 : 1]);
        expect(checkRun({ plan, ...run })).toEqual([]);
      }
    }
  });
});

/** What must not depend on a death: how each task and the run ended, and what was written of it. */
function outcomeOf({ ending, facts, sightings }: SimulatedRun): unknown {
  const settled = facts.flatMap((fact) => {
    switch (fact.type) {
      case 'task.succeeded':
      case 'task.failed':
      case 'task.skipped':
      case 'task.cancelled':
        return [`${fact.task} ${fact.type}`];
      default:
        return [];
    }
  });
  const written = sightings.flatMap((sighting) =>
    sighting.kind === 'result.written' ? [`${sighting.task} ${sighting.status}`] : [],
  );
  return { ending, settled: settled.sort(), written: [...new Set(written)].sort() };
}

const temp = tempFolders('anywhere');
const begun: string[] = [];
afterEach(() => {
  for (const id of begun.splice(0)) expect(runningWith(`TROUPE_RUN=${id}`)).toEqual([]);
});

/** A run that nobody disturbed, and what there is of it. */
interface Whole {
  readonly cwd: string;
  readonly id: string;
  readonly plan: Plan;
  /** The header and every record, with their newlines. */
  readonly lines: readonly string[];
  readonly outcome: unknown;
}

async function playWhole(name: string): Promise<Whole> {
  const cwd = temp();
  mkdirSync(join(cwd, 'src'));
  writeFileSync(join(cwd, 'src', 'one.ts'), 'export const one = 1;\n// TODO: two\n');
  writeFileSync(join(cwd, 'README.md'), '# A small repository\n\nWith [a link](src/one.ts).\n');
  const plan = await loadPlan(resolve(`examples/${name}.yaml`));
  const troupe = createTroupe({ home: homeOf(cwd), cwd });
  const run = await troupe.run(plan);
  begun.push(run.id);
  expect(await run.end).toMatchObject({ kind: 'ended', status: 'succeeded' });
  const lines = readFileSync(run.folder.journal, 'utf8').split(/(?<=\n)/);
  return { cwd, id: run.id, plan, lines, outcome: await endOf(cwd, run.id, plan) };
}

const homeOf = (cwd: string): string => join(cwd, '.troupe');

/** Statuses, answers and evidence; not how long it took, nor hashes of what names a time. */
async function endOf(cwd: string, id: string, plan: Plan): Promise<unknown> {
  const troupe = createTroupe({ home: homeOf(cwd), cwd });
  const folder = await troupe.folder(id);
  const { view } = await troupe.look(id);
  const results = await Promise.all(plan.tasks.map((task) => readResult(folder, task.id)));
  const told = results.map((result) => ({
    task: result?.task_id,
    status: result?.status,
    passed: result?.evidence.map(({ kind, passed }) => [kind, passed]),
    files: result?.artifacts,
    // The report speaks of the run itself, with its durations.
    output: result?.task_id === 'report' ? '' : result?.output,
    error: result?.error,
  }));
  return { status: view.status, counts: view.counts, told };
}

/**
 * As a kill would have left it: the journal ends after record `k`, and what is written after a
 * record only, which is results and an agent's words, is not there before it.
 */
async function dieAndResume(whole: Whole, k: number): Promise<unknown> {
  const { cwd, id, plan, lines } = whole;
  const kept = join(temp(), 'kept');
  cpSync(homeOf(cwd), kept, { recursive: true });
  try {
    const folder = join(homeOf(cwd), 'runs', id);
    const left = lines.slice(0, k + 1).join('');
    writeFileSync(join(folder, 'journal.jsonl'), left);
    rmSync(join(folder, 'results'), { recursive: true });
    if (!left.includes('"plan.submit"')) rmSync(join(folder, 'streams'), { recursive: true });
    rmSync(join(folder, 'snapshot.json'), { force: true });
    const run = await createTroupe({ home: homeOf(cwd), cwd }).resume(id);
    expect(await run.end).toMatchObject({ kind: 'ended', status: 'succeeded' });
    return await endOf(cwd, id, plan);
  } finally {
    rmSync(homeOf(cwd), { recursive: true });
    cpSync(kept, homeOf(cwd), { recursive: true });
  }
}

function sample(count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, at) => at + 1);
  if (isLong || count <= sampleSize) return all;
  const random = seededRandom(count);
  return all.filter(() => random.next() % count < sampleSize);
}

describe('for real', () => {
  test('hello, after every record', async () => {
    const whole = await playWhole('hello');
    const records = whole.lines.length - 1;
    expect(records).toBeGreaterThan(5);
    for (let k = 0; k <= records; k += 1) {
      expect([k, await dieAndResume(whole, k)]).toEqual([k, whole.outcome]);
    }
  });

  test(`repo-report, after ${isLong ? 'every record' : 'some records'}`, async () => {
    const whole = await playWhole('repo-report');
    for (const k of sample(whole.lines.length - 1)) {
      expect([k, await dieAndResume(whole, k)]).toEqual([k, whole.outcome]);
    }
  });
});
