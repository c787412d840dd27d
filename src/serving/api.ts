/** What the house answers over HTTP: a path and a method to a question, and its answer as JSON. */
import type { z } from 'zod';
import { UserError } from '../kernel/user-error.ts';
import { deedSchema, forkSchema, workSchema } from './asks.ts';
import type { House } from './house.ts';
import * as memory from './memory-api.ts';
import type { HealthLine, OpeningPaper } from './wire.ts';

export interface Ask {
  readonly method: string;
  /** Below `/api/`, decoded: `['runs', 'level-6-x2']`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed; undefined when there was none. */
  readonly body: unknown;
  /** Who asks. */
  readonly by: string;
}

type Answerer = (house: House, ask: Ask, run: string, rest: string) => Promise<unknown>;

/** By method and path, in which `*` is a run and `+` whatever comes below it. */
const answerers: Readonly<Record<string, Answerer>> = {
  'GET runs': async (house) => ({ runs: await house.runs() }),
  'POST runs': async (house, { body }) => {
    const { id, notes } = await house.take(checked(workSchema, body));
    return { run: id, notes };
  },
  'GET health': async (house) => {
    const { score, reasons, waiting } = house.status();
    return { health: { score, reasons, waiting } satisfies HealthLine };
  },
  'GET machines': async (house) => ({ machines: house.machines() }),
  'GET plans': async (house) => ({ plans: await house.planFiles() }),
  'GET runs/*': async (house, _, run) => {
    const board = await house.board(run);
    return board.since(0, 0, house.lifeOf(board));
  },
  'POST runs/*/act': async (house, { body, by }, run) => {
    await house.act(run, checked(deedSchema, body), by);
    return { done: true };
  },
  'POST runs/*/fork': async (house, { body }, run) => {
    return { run: await house.fork(run, checked(forkSchema, body) as object) };
  },
  'GET runs/*/facts': async (house, { query }, run) => {
    return { facts: await house.facts(run, numberIn(query, 'before')) };
  },
  'GET runs/*/moment': (house, { query }, run) => house.moment(run, numberIn(query, 'n')),
  'GET runs/*/compare': (house, { query }, run) =>
    house.compare(run, numberIn(query, 'begin'), numberIn(query, 'end')),
  'GET runs/*/actors/+': (house, { query }, run, address) =>
    house.look(run, address, query.has('n') ? numberIn(query, 'n') : null),
  'GET runs/*/tasks/+': (house, _, run, task) => house.paper(run, task),
  'GET runs/*/openings/+': async (house, _, run, task) => {
    return { command: await house.opening(run, task) } satisfies OpeningPaper;
  },
  'GET runs/*/remainder': async (house, _, run) => {
    const worst = await house.troupe.remainder(run);
    if (worst === null) return { remainder: null };
    const { durationMs, costUsd, calls } = worst;
    return { remainder: { durationMs, costUsd, calls } };
  },
  'GET memory/prompts': async (house) => ({ prompts: await memory.promptLines(house) }),
  'GET memory/prompt': (house, { query }) =>
    memory.promptPaper(house, textIn(query, 'name'), countIn(query, 'at'), countIn(query, 'older')),
  'GET memory/conversations': async (house, { query }) => {
    return { conversations: await memory.conversationLines(house, query.get('grep') ?? '') };
  },
  'GET memory/conversation': async (house, { query }) => {
    return { speeches: await memory.conversation(house, textIn(query, 'id')) };
  },
  'GET memory/documents': async (house) => ({ documents: await memory.documentLines(house) }),
  'GET memory/document': (house, { query }) =>
    memory.documentText(house, textIn(query, 'name'), countIn(query, 'at')),
  'GET memory/care': async (house) => ({ care: memory.careLine(house) }),
  'GET memory/similar': async (house, { query }) => {
    const text = query.get('q') ?? '';
    return { tasks: text.trim() === '' ? [] : await house.troupe.similar(text) };
  },
};

export async function answer(house: House, ask: Ask): Promise<unknown> {
  const [area = '', run = '', what = '', ...rest] = ask.path;
  for (const key of keysFor(ask.method, ask.path)) {
    const answerer = answerers[key];
    if (answerer) return answerer(house, ask, run, rest.join('/'));
  }
  const asked = `${ask.method} /api/${[area, run, what, ...rest].filter(Boolean).join('/')}`;
  throw new UserError('api.unknown', `nobody answers ${asked}`, 'see src/serving/api.ts for all');
}

function keysFor(method: string, [area = '', run, what, ...rest]: readonly string[]): string[] {
  if (run === undefined) return [`${method} ${area}`];
  if (what === undefined) return [`${method} ${area}/${run}`, `${method} ${area}/*`];
  return [`${method} ${area}/*/${what}${rest.length > 0 ? '/+' : ''}`];
}

function checked<Shape>(schema: z.ZodType<Shape>, body: unknown): Shape {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  const place = first?.path.join('.') || 'the body';
  throw new UserError('api.unreadable', `${place}: ${first?.message ?? 'unreadable'}`, 'mend it');
}

function textIn(query: URLSearchParams, name: string): string {
  const text = query.get(name) ?? '';
  if (text !== '') return text;
  throw new UserError('api.unreadable', `"${name}" is missing`, `add ?${name}=...`);
}

/** 0 when it is left out. */
const countIn = (query: URLSearchParams, name: string): number =>
  query.has(name) ? numberIn(query, name) : 0;

function numberIn(query: URLSearchParams, name: string): number {
  const number = Number(query.get(name) ?? Number.NaN);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new UserError('api.unreadable', `"${name}" is no whole number`, `add ?${name}=0`);
}
