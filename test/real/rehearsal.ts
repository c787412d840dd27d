/** One rehearsal: a plan with one task, a real agent, a scripted model, and what came of it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TaskResult } from '../../src/index.ts';
import { Desk, type Ended, jsonLines, type Process } from '../cli/troupe.ts';
import { type ModelServer, openModelServer, type Script } from './model-server.ts';
import type { Point } from './points.ts';

export interface Rehearsal {
  readonly desk: Desk;
  readonly server: ModelServer;
  /** The task's result, once the run has ended. */
  readonly result: () => TaskResult;
  /** Every fact of the run so far, oldest first. */
  readonly journal: () => string;
  /** What the first attempt has printed so far. */
  readonly stream: () => string;
  readonly begin: () => Process;
  readonly resume: () => Promise<Ended>;
  readonly run: () => Promise<Ended>;
}

export async function rehearse(point: Point, script: Script, role = {}, task = {}) {
  const desk = new Desk();
  const server = await openModelServer(script);
  const env = point.prepare(desk.folder, server.url);
  const { name: adapter, model } = point;
  const plan = {
    name: 'rehearsal',
    agents: { actor: { adapter, ...(model && { model }), env, ...role } },
    tasks: [{ id: 'write', prompt: 'Please write the file made.txt.', ...task }],
  };
  writeFileSync(desk.path('plan.json'), JSON.stringify(plan));
  const start = (...words: readonly string[]): Process =>
    desk.start([...words, '--json'], { env: { PATH: inject('agentPath') } });
  const folder = (): string => {
    const [run = 'none'] = readdirSync(join(desk.home, 'runs'));
    return join(desk.home, 'runs', run);
  };
  const rehearsal: Rehearsal = {
    desk,
    server,
    result: () => JSON.parse(readFileSync(join(folder(), 'results/write.json'), 'utf8')),
    journal: () => readFileSync(join(folder(), 'journal.jsonl'), 'utf8'),
    stream: () => readIfThere(join(folder(), 'streams/write/1.out.txt')),
    begin: () => start('run', 'plan.json'),
    run: () => start('run', 'plan.json').end(),
    resume: () => start('resume', folder().split('/').at(-1) ?? '').end(),
  };
  return rehearsal;
}

const readIfThere = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

export const factsIn = ({ stdout }: Ended): readonly string[] =>
  jsonLines(stdout).map(({ type }) => String(type));

/** Process ids that the run has recorded, oldest first. */
export function pidsOf({ desk }: Rehearsal): readonly number[] {
  const [run = 'none'] = readdirSync(join(desk.home, 'runs'));
  const text = readFileSync(join(desk.home, 'runs', run, 'processes.jsonl'), 'utf8');
  return jsonLines(text).map(({ pid }) => Number(pid));
}
