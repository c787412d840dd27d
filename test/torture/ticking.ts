/**
 * A plan whose commands say in one file what they do, bit by bit: two at once would be seen.
 *
 * It comes in chapters. Each has many short tasks and two that go on until the test says `go`:
 * whatever is done to the hosts meanwhile finds these at work, however slow or quick it is.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Desk } from '../cli/troupe.ts';

const line = (what: string, log: string) => `echo "$TROUPE_TASK $TROUPE_TOKEN ${what}" >> ${log}`;

/** What is left behind, and what is answered, name the attempt. */
const script = (work: string, log: string): readonly string[] => {
  const mark = 'echo "$TROUPE_TASK $TROUPE_TOKEN"';
  const lines = [line('begin', log), work, `${mark} > made`, line('end', log), mark];
  return ['sh', '-c', lines.join('; ')];
};

export const shortAbreast = 12;
export const patientOf = (chapter: number): readonly string[] => [`w${chapter}a`, `w${chapter}b`];
const goPath = (desk: Desk, chapter: number): string => desk.path(`go-${chapter}`);

export interface Tale {
  readonly chapters: number;
  /** In each. */
  readonly shortTasks: number;
}

const shortOf = ({ shortTasks }: Tale, chapter: number): readonly string[] =>
  Array.from({ length: shortTasks }, (_, at) => `t${chapter * shortTasks + at}`);

const chaptersOf = ({ chapters }: Tale): readonly number[] => [...Array(chapters).keys()];

export const idsOf = (tale: Tale): readonly string[] =>
  chaptersOf(tale).flatMap((chapter) => [...shortOf(tale, chapter), ...patientOf(chapter)]);

/** In waves, so that there is always something to begin and something to wait for. */
export function tickingPlan(desk: Desk, tale: Tale): string {
  const log = desk.path('log');
  const tick = line('tick', log);
  const around = { adapter: 'command', where: 'remote' };
  const short = script(`for i in 1 2 3 4 5 6; do sleep 0.04; ${tick}; done`, log);
  const patient = (chapter: number) =>
    script(`until [ -e ${goPath(desk, chapter)} ]; do sleep 0.1; ${tick}; done`, log);
  const agents = { coder: { ...around, run: short }, watcher: around };
  const tasks = chaptersOf(tale).flatMap((chapter) => {
    const before = chapter === 0 ? [] : patientOf(chapter - 1);
    const ids = shortOf(tale, chapter);
    const work = { workspace: 'folder', verify: [{ file: 'made' }] };
    const needs = (at: number) => (at < 3 * shortAbreast ? before : [ids[at - 3 * shortAbreast]]);
    const watch = { agent: 'watcher', run: patient(chapter), needs: before };
    return [
      ...patientOf(chapter).map((id) => ({ id, ...watch, ...work })),
      ...ids.map((id, at) => ({ id, agent: 'coder', needs: needs(at), ...work })),
    ];
  });
  const concurrency = shortAbreast + patientOf(0).length;
  const path = desk.path('plan.json');
  writeFileSync(path, JSON.stringify({ name: 'many', concurrency, agents, tasks }));
  return path;
}

/** Those of that chapter that wait for it come to their end. */
export const go = (desk: Desk, chapter: number): void => writeFileSync(goPath(desk, chapter), '');

interface Line {
  readonly task: string;
  readonly token: number;
  readonly what: string;
}

function ticksOf(desk: Desk): readonly Line[] {
  const path = desk.path('log');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((text) => {
    const [task = '', token = '', what = ''] = text.split(' ');
    return { task, token: Number(token), what };
  });
}

/** How often those of that chapter that wait have begun. */
export const begunIn = (desk: Desk, chapter: number): number =>
  ticksOf(desk).filter(({ task, what }) => what === 'begin' && patientOf(chapter).includes(task))
    .length;

export const doneIn = (desk: Desk): number =>
  new Set(ticksOf(desk).flatMap(({ task, what }) => (what === 'end' ? [task] : []))).size;

/** Every task was done; none by two at once; and no attempt was made twice. */
export function expectOneAtATime(desk: Desk, ids: readonly string[]): void {
  const lines = ticksOf(desk);
  const ended = lines.flatMap(({ task, what }) => (what === 'end' ? [task] : []));
  expect(new Set(ended)).toEqual(new Set(ids));
  const troubles = [...byTask(lines)].map(([task, own]) => [task, troubleOf(own)] as const);
  expect(troubles.filter(([, trouble]) => trouble !== null)).toEqual([]);
}

/** What one task's lines should not be, in the order in which they were written. */
function troubleOf(own: readonly Line[]): string | null {
  const turns = turnsOf(own);
  const tokens = turns.map(({ token }) => token);
  // None says a word once the next has begun.
  if (tokens.some((token, at) => token <= (tokens[at - 1] ?? 0))) return `two at once: ${tokens}`;
  if (turns.some(({ what }) => what !== 'begin'))
    return 'an attempt does not begin at its beginning';
  const begun = own.filter(({ what }) => what === 'begin').length;
  return begun === turns.length ? null : 'an attempt was begun twice';
}

/** How many attempts were made of tasks of which another had been begun before. */
export const againIn = (desk: Desk): number =>
  [...byTask(ticksOf(desk)).values()].reduce((sum, own) => sum + turnsOf(own).length - 1, 0);

interface Result {
  readonly task: string | undefined;
  readonly status: string | undefined;
  readonly output: string | undefined;
}

/** All were completed, and answer what their last attempt has said: no other one's word counts. */
export function expectAnswered(desk: Desk, results: readonly Result[]): void {
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['completed']));
  const last = [...byTask(ticksOf(desk))].map(([task, own]) => [task, own.at(-1)] as const);
  const answers = last.map(([task, line]) => [task, `${task} ${line?.token}`] as const);
  const told = results.map(({ task, output }) => [task, output?.trim()] as const);
  expect(new Map(told)).toEqual(new Map(answers));
}

const turnsOf = (own: readonly Line[]): readonly Line[] =>
  own.filter(({ token }, at) => token !== own[at - 1]?.token);

function byTask(lines: readonly Line[]): ReadonlyMap<string, readonly Line[]> {
  const all = new Map<string, Line[]>();
  for (const each of lines) {
    const own = all.get(each.task);
    if (own) own.push(each);
    else all.set(each.task, [each]);
  }
  return all;
}
