/** `heal:` what is done about a task that goes on failing, before it has failed for good. */
import { z } from 'zod';
import { type RoleName, roleName } from '../../../machines/ids.ts';
import type { HealSpec } from '../../../machines/plan.ts';
import { duration, oneOf, text, wholeNumber } from './fields.ts';

const countDefault = 4;
const countMax = 100;
const afterDefault = 2;
const askDefaultMs = 7 * 24 * 60 * 60_000;

const kinds = oneOf(['split', 'ask']);
const mapWith = { error: 'expected split, ask, a list of both, or a map with split and ask' };

const splitMap = z.strictObject(
  {
    agent: text('the name of a role')
      .optional()
      .describe("Who makes smaller tasks of it. Default: the task's own role."),
    agents: z
      .array(text('the name of a role'), { error: 'expected a list of roles' })
      .min(1, { error: 'expected a list of roles' })
      .optional()
      .describe("Who does those. Default: the task's own role."),
    after: wholeNumber(1, 100).default(afterDefault).describe('Once it has failed so often.'),
    count: wholeNumber(1, countMax).default(countDefault).describe('Of how many tasks, at most.'),
  },
  { error: 'expected a map with agent, agents, after and count' },
);
const askMap = z.strictObject(
  { within: duration(1).optional().describe('How long a person is waited for. Default 7d.') },
  { error: 'expected a map with within' },
);

const healMap = z.strictObject({ split: splitMap.optional(), ask: askMap.optional() }, mapWith);

export const healShape = z
  .union([kinds, z.array(kinds, mapWith).min(1, mapWith), healMap], mapWith)
  .describe(
    'When it goes on failing: split it into smaller tasks, ask a person. Default: neither.',
  );

/** What may be said in a part of it. */
export function healKeys(part: unknown): Readonly<Record<string, unknown>> {
  if (part === 'split') return splitMap.shape;
  return part === 'ask' ? askMap.shape : healMap.shape;
}

/** The roles that it names, in whatever way it is written. */
export function rolesInHeal(heal: unknown): readonly string[] {
  const { split } = (heal ?? {}) as { readonly split?: z.input<typeof splitMap> };
  return [split?.agent, split?.agents].flat().filter((name) => name !== undefined);
}

/** Under other names. */
export function renamedHeal(
  heal: z.input<typeof healShape>,
  rename: (role: string) => string,
): z.input<typeof healShape> {
  if (typeof heal === 'string' || Array.isArray(heal) || !heal.split) return heal;
  const { agent, agents } = heal.split;
  const split = {
    ...heal.split,
    ...(agent !== undefined && { agent: rename(agent) }),
    ...(agents && { agents: agents.map(rename) }),
  };
  return { ...heal, split };
}

export interface PlanHeal {
  readonly split?: PlanSplit;
  readonly askWithinMs?: number;
}

export interface PlanSplit {
  readonly role: string;
  readonly agents: readonly string[];
  readonly after: number;
  readonly count: number;
}

type HealValue = z.output<typeof healShape>;

/** `role`: of the task. */
export function resolveHeal(value: HealValue, role: string): PlanHeal {
  const { split, ask } = mapOf(value);
  const { within = askDefaultMs } = ask ?? {};
  return {
    ...(split && { split: splitOf(split, role) }),
    ...(ask && { askWithinMs: within }),
  };
}

function mapOf(value: HealValue): Exclude<HealValue, string | readonly unknown[]> {
  if (typeof value !== 'string' && !Array.isArray(value)) return value;
  const named = [value].flat();
  return {
    ...(named.includes('split') && { split: { after: afterDefault, count: countDefault } }),
    ...(named.includes('ask') && { ask: {} }),
  };
}

const splitOf = (
  { agent, agents, after, count }: z.output<typeof splitMap>,
  role: string,
): PlanSplit => ({ role: agent ?? role, agents: agents ?? [role], after, count });

/** As it would be written. */
export function healDocument({ split, askWithinMs }: PlanHeal): z.input<typeof healShape> {
  return {
    ...(split && {
      split: {
        ...{ agent: split.role, agents: [...split.agents] },
        ...{ after: split.after, count: split.count },
      },
    }),
    ...(askWithinMs !== undefined && { ask: { within: `${askWithinMs}ms` } }),
  };
}

/** So many retries at least: it must be able to fail so often. */
export const retriesToHeal = ({ split }: PlanHeal): number => (split ? split.after - 1 : 0);

export function healOf({ split, askWithinMs }: PlanHeal): HealSpec {
  return {
    ...(split && { split: machineSplit(split) }),
    ...(askWithinMs !== undefined && { askWithinMs }),
  };
}

function machineSplit({ role, after, count }: PlanSplit) {
  const named: RoleName = roleName(role);
  return { role: named, after, count };
}
