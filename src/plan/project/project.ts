/** `troupe.yaml`: what a project says of all its plans, in their words. A plan wins over it. */

import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { complainAbout } from '../problems/mistakes.ts';
import { suggest } from '../problems/nearest.ts';
import { quote } from '../problems/problem.ts';
import { createReport, type Report } from '../problems/report.ts';
import { openRoleShelf } from '../roles/role-shelf.ts';
import { fillRoles } from '../roles/role-uses.ts';
import { accountsShape } from '../shapes/account-shapes.ts';
import { parseDuration } from '../shapes/duration.ts';
import { duration, wholeNumber, words } from '../shapes/fields.ts';
import { rolesInHeal } from '../shapes/heal.ts';
import type { JsonObject } from '../shapes/json-schema.ts';
import {
  budgetShape,
  defaultsShape,
  planShape,
  recallShape,
  roleShape,
  templatedRoleShape,
} from '../shapes/schema.ts';
import { readDocument } from '../text/read-document.ts';
import { busShape, type NatsSetting, natsOf } from './bus-shapes.ts';
import { type ServeWish, serveMistakes, serveShape, serveWishOf } from './serve-shapes.ts';
import { type Webhook, webhookShape } from './webhook-shapes.ts';

const list = { error: 'expected a list of regular expressions' };

const memoryShape = z
  .strictObject(
    {
      recall: recallShape.shape.recall.optional().describe('For agents whose role does not say.'),
      every: duration(1_000).optional().describe('How often `serve` looks after it. Default 5m.'),
      keep: wholeNumber(1, Number.MAX_SAFE_INTEGER)
        .optional()
        .describe('Tasks in reach; `serve` archives the rest.'),
    },
    { error: 'expected a map with recall, every or keep' },
  )
  .describe('What is remembered, and who is told of it.');

const projectShape = z.strictObject(
  {
    home: words('a folder').optional().describe('Where runs are kept; beside this file.'),
    concurrency: planShape.shape.concurrency.unwrap().optional().describe('Tasks at once.'),
    budget: budgetShape.optional().describe('Of a run whose plan does not say.'),
    defaults: defaultsShape.optional(),
    agents: z
      .record(z.string(), z.union([roleShape, templatedRoleShape]), {
        error: 'expected a map of roles',
      })
      .optional()
      .describe('Roles that every plan may name, and that --task works with.'),
    accounts: accountsShape.optional(),
    memory: memoryShape.optional(),
    webhooks: z
      .array(webhookShape, { error: 'expected a list of webhooks' })
      .optional()
      .describe('Who is told of facts over HTTP.'),
    redact: z
      .array(words('a regular expression'), list)
      .optional()
      .describe('What must never be remembered, as regular expressions.'),
    bus: busShape.optional(),
    ...serveShape,
  },
  { error: 'expected a map with agents, accounts, budget, defaults, ...' },
);

/** Once templates are written out. */
const wholeShape = projectShape.extend({
  agents: z.record(z.string(), roleShape, { error: 'expected a map of roles' }).optional(),
});

type Written = z.input<typeof wholeShape>;
type OfTheProject = 'home' | 'redact' | 'memory' | 'webhooks' | 'bus' | keyof typeof serveShape;

export interface Project {
  /** Absolute. */
  readonly file: string;
  /** Absolute; null: it does not say. */
  readonly home: string | null;
  readonly redact: readonly string[];
  readonly webhooks: readonly Webhook[];
  /** In the words of a plan; paths are absolute. */
  readonly part: Omit<Written, OfTheProject>;
  /** What `troupe serve` does beside showing runs. */
  readonly serve: ServeWish;
  /** Servers that this node shares its runs over; null: none. */
  readonly nats: NatsSetting | null;
  /** How many past solutions agents are told of; null: it does not say. */
  readonly recall: number | null;
  /** How memory is looked after; null: it does not say. */
  readonly upkeep: { readonly everyMs: number | null; readonly tasksMax: number | null };
}

/** Throws a PlanError with everything that is wrong. */
export function parseProject(text: string, file: string, folder: string): Project {
  const { value: written, source } = readDocument(text, { file, folder });
  const report = createReport(source);
  refuseKeys(written, report);
  const { document: value } = fillRoles(written, () => openRoleShelf(folder), report);
  const read = wholeShape.safeParse(value);
  if (!read.success) {
    const issues = read.error.issues.filter(({ code, path }) => {
      return code !== 'unrecognized_keys' || path.length > 0;
    });
    complainAbout(issues, value, [], report, wholeShape);
  }
  const { home, redact = [], memory, accounts, webhooks = [], ...rest } = value as Written;
  const { persistent, inbox, outbox, schedules, bus, ...part } = rest;
  const served = { persistent, inbox, outbox, schedules };
  for (const [at, pattern] of [redact].flat().entries()) refusePattern(pattern, at, report);
  if (read.success) for (const complaint of serveMistakes(served)) report.add(complaint);
  report.throwIfAny();
  return {
    file,
    home: home === undefined ? null : resolve(folder, home),
    redact,
    webhooks,
    part: { ...part, ...(accounts && { accounts: placed(accounts, folder) }) },
    recall: memory?.recall ?? null,
    serve: serveWishOf(served, folder),
    nats: natsOf(bus, folder),
    upkeep: upkeepOf(memory),
  };
}

/** What was read is as it was written: a time in words. */
function upkeepOf({ every, keep }: NonNullable<Written['memory']> = {}): Project['upkeep'] {
  const everyMs = every === undefined ? null : parseDuration(every);
  return { everyMs, tasksMax: keep ?? null };
}

function refuseKeys(value: unknown, report: Report): void {
  const known = Object.keys(projectShape.shape);
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  for (const key of isMap ? Object.keys(value) : []) {
    if (known.includes(key)) continue;
    const fix = suggest(key, known) || `known: ${known.join(', ')}`;
    const said = { message: `there is no key ${quote(key)} here`, fix };
    report.add({ code: 'project.unknown-key', path: [key], at: 'key', say: () => said });
  }
}

function refusePattern(pattern: unknown, at: number, report: Report): void {
  try {
    new RegExp(String(pattern));
  } catch (error) {
    const said = { message: `is no regular expression: ${(error as Error).message}` };
    report.add({ code: 'project.bad-pattern', path: ['redact', at], say: () => said });
  }
}

type Accounts = NonNullable<Written['accounts']>;

/** A plan elsewhere reads them as they are meant here. */
function placed(accounts: Accounts, folder: string): Accounts {
  const entries = Object.entries(accounts).map(([name, account]) => {
    const { keyFile } = account;
    if (keyFile === undefined || isAbsolute(keyFile)) return [name, account] as const;
    return [name, { ...account, keyFile: resolve(folder, keyFile) }] as const;
  });
  return Object.fromEntries(entries);
}

type Loose = Readonly<Record<string, unknown>>;

const mapOf = (value: unknown): Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};

/** A plan's document, with what the project says where it says nothing itself. */
export function underProject(value: unknown, { part, recall }: Project): unknown {
  const plan = mapOf(value);
  if (plan !== value) return value;
  const { agents = {}, accounts, defaults, budget, concurrency } = part;
  const own = mapOf(plan.agents);
  // Of a plan with roles of its own, a task that names nobody means one of those.
  const lendable = Object.keys(own).length === 0 ? Object.keys(agents) : [];
  const named = rolesNamedIn(plan.tasks, lendable);
  const lent = Object.entries(agents).filter(([name]) => named.has(name) && !(name in own));
  const roles = lent.length === 0 ? plan.agents : { ...Object.fromEntries(lent), ...own };
  return {
    ...(budget && { budget }),
    ...(concurrency !== undefined && { concurrency }),
    ...plan,
    ...(defaults && { defaults: { ...defaults, ...mapOf(plan.defaults) } }),
    ...(accounts && { accounts: { ...accounts, ...mapOf(plan.accounts) } }),
    ...(roles !== undefined && { agents: recall === null ? roles : recalling(roles, recall) }),
  };
}

/** Whom its tasks name, in whatever way; who names nobody may mean the only one there is. */
function rolesNamedIn(tasks: unknown, known: readonly string[]): ReadonlySet<string> {
  const named = new Set<string>();
  for (const task of Array.isArray(tasks) ? tasks : []) {
    const { agent, subtasks, heal, verify } = mapOf(task);
    const checks = [verify].flat().map((check) => mapOf(mapOf(check).review).agent);
    const only = agent === undefined && known.length === 1 ? known[0] : agent;
    const asked = [mapOf(subtasks).agents, rolesInHeal(heal)];
    for (const name of [only, asked, checks].flat(3)) named.add(String(name));
  }
  return named;
}

function recalling(roles: unknown, recall: number): unknown {
  if (mapOf(roles) !== roles) return roles;
  const entries = Object.entries(roles as Loose).map(([name, role]) => {
    const says = mapOf(role) !== role || 'memory' in mapOf(role);
    return [name, says ? role : { ...mapOf(role), memory: { recall } }];
  });
  return Object.fromEntries(entries);
}

/** The JSON Schema (draft 2020-12) of `troupe.yaml`, for editors. */
export function projectJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(projectShape, { io: 'input', reused: 'ref' });
  return { ...schema, title: 'Troupe project' };
}
