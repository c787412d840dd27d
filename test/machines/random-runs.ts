/** Random plans and random worlds for them, small first: what a property test runs. */
import fc from 'fast-check';
import {
  type Address,
  agentAddress,
  agentId,
  orchestratorAddress,
  roleName,
  taskAddress,
  taskId,
} from '../../machines/ids.ts';
import type { PlanSpec, RoleSpec, Strategy } from '../../machines/plan.ts';
import {
  crashFault,
  failed,
  fileEvidence,
  interrupted,
  lastingFault,
  limited,
  missingFault,
  passingFault,
  succeeded,
} from './outcomes.ts';
import { planSpec, roleSpec, type TaskSketch } from './plans.ts';
import type { Outside, Script, Turn } from './team.ts';

export interface RandomRun {
  readonly plan: PlanSpec;
  readonly script: Script;
}

/** How hard the world is; an endless one never gets better, all others do. */
export type Climate = 'healthy' | 'failing' | 'hostile' | 'endless';

const backoff = { initialMs: 10, factor: 2, maxMs: 100, jitter: 0.5 };

const roleArbitrary = fc.record({
  count: fc.integer({ min: 1, max: 3 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  restart: fc.constantFrom<Strategy[]>('one_for_one', 'one_for_all', 'rest_for_one'),
  maxRestarts: fc.integer({ min: 0, max: 4 }),
  handoff: fc.boolean(),
});

const taskArbitrary = fc.record({
  role: fc.nat(9),
  needs: fc.uniqueArray(fc.nat(20), { maxLength: 3 }),
  priority: fc.nat(2),
  retries: fc.nat(2),
  checked: fc.boolean(),
  asks: fc.integer({ min: 0, max: 5 }).map((draw) => draw === 5),
});

const planArbitrary = (size: number) =>
  fc.record({
    roles: fc.array(roleArbitrary, { minLength: 1, maxLength: 3 }),
    tasks: fc.array(taskArbitrary, { minLength: 1, maxLength: size }),
    mode: fc.constantFrom('eager' as const, 'waves' as const),
    onFailure: fc.constantFrom('continue' as const, 'stop' as const),
    concurrency: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(1_000),
  });

type RawPlan = ReturnType<typeof planArbitrary> extends fc.Arbitrary<infer Raw> ? Raw : never;

function planOf(raw: RawPlan, asking: boolean): PlanSpec {
  const roles = raw.roles.map((role, place): RoleSpec => {
    return roleSpec({ ...role, name: roleName(`role${place}`), periodMs: 1_000, backoff });
  });
  const sketches = raw.tasks.map(({ role, needs, asks, ...rest }, place): TaskSketch => {
    return {
      ...rest,
      id: `task${place}`,
      role: roles[role % roles.length]?.name ?? roleName('role0'),
      needs: needs.filter((need) => need < place).map((need) => `task${need}`),
      backoff,
      timeoutMs: 5_000,
      verifyTimeoutMs: 3_000,
      approveWithinMs: asks && asking ? 2_000 : null,
    };
  });
  const { mode, onFailure, concurrency, seed } = raw;
  return planSpec(sketches, { roles, mode, onFailure, concurrency, seed });
}

const workKinds = {
  healthy: ['succeeds'],
  failing: ['succeeds', 'succeeds', 'fails', 'fails for good', 'is limited', 'is interrupted'],
  hostile: [
    ...(['succeeds', 'succeeds', 'succeeds', 'succeeds'] as const),
    'fails',
    'fails for good',
    'is limited',
    'is interrupted',
    'crashes',
    'throws',
    'is silent',
  ],
  endless: ['succeeds', 'fails', 'crashes', 'throws', 'is silent'],
} as const;
const checkKinds = {
  healthy: ['passes'],
  failing: ['passes', 'finds a fault', 'finds a fault for good'],
  hostile: ['passes', 'passes', 'finds a fault', 'finds a fault for good', 'throws', 'is silent'],
  endless: ['passes', 'finds a fault', 'throws', 'is silent'],
} as const;
const openKinds = {
  healthy: ['opens'],
  failing: ['opens'],
  hostile: [
    ...(['opens', 'opens', 'opens', 'opens', 'opens', 'opens'] as const),
    'is not ready',
    'is missing',
    'throws',
    'is silent',
  ],
  endless: ['opens', 'opens', 'is not ready', 'throws', 'is silent'],
} as const;

type WorkKind = (typeof workKinds)['hostile'][number];
type CheckKind = (typeof checkKinds)['hostile'][number];
type OpenKind = (typeof openKinds)['hostile'][number];

const ends = (output: unknown, afterMs: number): Turn => ({ kind: 'ends', afterMs, output });
const breaks = (afterMs: number): Turn => ({ kind: 'breaks', afterMs, message: 'it tore' });
const never: Turn = { kind: 'never' };
const verdict = (fault: object | null) => ({ evidence: [fileEvidence], fault });

function workTurn(kind: WorkKind, afterMs: number): Turn {
  switch (kind) {
    case 'succeeds':
      return ends(succeeded, afterMs);
    case 'fails':
      return ends(failed(passingFault), afterMs);
    case 'fails for good':
      return ends(failed(lastingFault), afterMs);
    case 'is limited':
      return ends(limited(afterMs * 3), afterMs);
    case 'is interrupted':
      return ends(interrupted, afterMs);
    case 'crashes':
      return ends(failed(crashFault), afterMs);
    case 'throws':
      return breaks(afterMs);
    case 'is silent':
      return never;
  }
}

function checkTurn(kind: CheckKind, afterMs: number): Turn {
  switch (kind) {
    case 'passes':
      return ends(verdict(null), afterMs);
    case 'finds a fault':
      return ends(verdict(passingFault), afterMs);
    case 'finds a fault for good':
      return ends(verdict(lastingFault), afterMs);
    case 'throws':
      return breaks(afterMs);
    case 'is silent':
      return never;
  }
}

function openTurn(kind: OpenKind, afterMs: number): Turn {
  switch (kind) {
    case 'opens':
      return ends(null, afterMs);
    case 'is not ready':
      return ends(crashFault, afterMs);
    case 'is missing':
      return ends(missingFault, afterMs);
    case 'throws':
      return breaks(afterMs);
    case 'is silent':
      return never;
  }
}

/** Endings, by turns. */
function turnsArbitrary<Kind>(
  kinds: readonly Kind[],
  turn: (kind: Kind, afterMs: number) => Turn,
  maxLength: number,
) {
  const one = fc.tuple(fc.constantFrom(...kinds), fc.nat(40));
  return fc
    .array(one, { maxLength })
    .map((turns) => turns.map(([kind, afterMs]) => turn(kind, afterMs)));
}

function taker(turns: readonly Turn[], otherwise: Turn): () => Turn {
  let next = 0;
  return () => {
    const turn = turns[next] ?? otherwise;
    next += 1;
    return turn;
  };
}

const outsideKinds = ['run.cancel', 'task.cancel', 'approve', 'reject', 'tell', 'stop'] as const;
const outsideArbitrary = fc.array(
  fc.tuple(fc.nat(300), fc.constantFrom(...outsideKinds), fc.nat(20)),
  { maxLength: 4 },
);

type RawOutside = readonly [atMs: number, kind: (typeof outsideKinds)[number], which: number];

function outsideOf(plan: PlanSpec, [atMs, kind, which]: RawOutside): Outside {
  const task = taskAddress(taskId(`task${which % plan.tasks.length}`));
  const agent: Address = agentAddress(agentId(`role${which % plan.roles.length}-1`));
  switch (kind) {
    case 'run.cancel':
      return { atMs, to: orchestratorAddress, event: { type: kind, reason: 'enough' } };
    case 'task.cancel':
      return { atMs, to: task, event: { type: kind, reason: 'not this' } };
    case 'approve':
      return { atMs, to: task, event: { type: 'task.approve', by: 'ada' } };
    case 'reject':
      return { atMs, to: task, event: { type: 'task.reject', by: 'ada' } };
    case 'tell':
      return { atMs, to: agent, event: { type: 'agent.tell', text: 'hurry', from: 'ada' } };
    case 'stop':
      return { atMs, to: agent, event: { type: 'agent.stop' } };
  }
}

export interface Recipe {
  readonly plan: PlanSpec;
  readonly work: readonly Turn[];
  readonly check: readonly Turn[];
  readonly open: readonly Turn[];
  readonly outside: readonly Outside[];
  /** Whether everything goes on as it went last, once the turns are used up; else all goes well. */
  readonly endless: boolean;
}

export function runArbitrary(climate: Climate, size = 12): fc.Arbitrary<Recipe> {
  const disturbed: fc.Arbitrary<readonly RawOutside[]> =
    climate === 'hostile' ? outsideArbitrary : fc.constant([]);
  // In an endless world the last one counts for ever.
  const turns = climate === 'endless' ? 3 : 60;
  return fc
    .record({
      raw: planArbitrary(size),
      work: turnsArbitrary<WorkKind>(workKinds[climate], workTurn, turns),
      check: turnsArbitrary<CheckKind>(checkKinds[climate], checkTurn, turns),
      open: turnsArbitrary<OpenKind>(openKinds[climate], openTurn, turns),
      outside: disturbed,
    })
    .map(({ raw, outside, ...turns }) => {
      const plan = planOf(raw, climate === 'hostile');
      const endless = climate === 'endless';
      return { plan, ...turns, endless, outside: outside.map((one) => outsideOf(plan, one)) };
    });
}

/** A script is used up by one run: make it again for the next. */
export function scriptOf({ work, check, open, outside, endless }: Recipe): Script {
  const rest = (turns: readonly Turn[], well: Turn) => (endless ? (turns.at(-1) ?? well) : well);
  return {
    work: taker(work, rest(work, ends(succeeded, 5))),
    verify: taker(check, rest(check, ends(verdict(null), 5))),
    open: taker(open, rest(open, ends(null, 1))),
    outside,
  };
}
