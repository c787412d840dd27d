/** A supervisor's books through random crashes: everybody is live or resting, nobody is both. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TroupeEvent } from '../../../machines/events.ts';
import { type AgentId, agentAddress } from '../../../machines/ids.ts';
import type { RoleSpec, Strategy } from '../../../machines/plan.ts';
import * as care from '../../../machines/rules/care.ts';
import { crashFault, missingFault } from '../outcomes.ts';
import { roleSpec } from '../plans.ts';

type Exit = TroupeEvent & { type: 'child.exited' };

function newBooks(role: Partial<RoleSpec>): care.SupervisorContext {
  const spec = roleSpec({ maxRestarts: 1_000, ...role });
  const children = care.childrenOf(spec);
  return {
    role: spec,
    seed: 1,
    children,
    live: children,
    resting: [],
    crashes: [],
    decision: null,
  };
}

const crashOf = (agent: AgentId, fault = crashFault, at = 1): Exit => ({
  type: 'child.exited',
  child: agentAddress(agent),
  output: { kind: 'crashed', fault },
  error: null,
  at,
});

/** As the machine does it: decide, then rest. */
function crash(before: care.SupervisorContext, agent: AgentId) {
  const decided = { ...before, ...care.decide(before, crashOf(agent)) };
  return { decided, after: { ...decided, ...care.resting(decided) } };
}

const strategies: Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];

describe('the books of a supervisor', () => {
  test('have every agent once, whatever crashes and whenever it is due', () => {
    const moves = fc.array(fc.tuple(fc.boolean(), fc.nat(9)), { maxLength: 30 });
    const property = fc.property(
      fc.constantFrom(...strategies),
      fc.integer({ min: 1, max: 5 }),
      moves,
      (restart, count, steps) => {
        let books = newBooks({ restart, count });
        const orders: (readonly AgentId[])[] = [];
        for (const [crashes, which] of steps) {
          const agent = books.live[which % (books.live.length || 1)];
          const order = orders[which % (orders.length || 1)];
          if (crashes && agent) {
            const { decided, after } = crash(books, agent);
            const stopped = care.toStop(decided).addresses;
            expect(stopped).not.toContain(agentAddress(agent));
            expect(books.live.map(agentAddress)).toEqual(expect.arrayContaining(stopped));
            orders.push(care.toStart(decided));
            books = after;
          } else if (order) {
            const started = care.due(books, order);
            expect(started.filter((one) => books.live.includes(one))).toEqual([]);
            books = { ...books, ...care.begun(books, order) };
          }
          expect([...books.live, ...books.resting].sort()).toEqual([...books.children].sort());
        }
      },
    );
    fc.assert(property, { numRuns: 500, seed: 1 });
  });

  test('name the agents of a role by number', () => {
    expect(newBooks({ count: 3 }).children).toEqual(['coder-1', 'coder-2', 'coder-3']);
    expect(newBooks({ count: 0 }).children).toEqual([]);
  });

  test('tell of the loss of exactly those that start again', () => {
    for (const restart of strategies) {
      const books = newBooks({ restart, count: 3 });
      const { decided } = crash(books, books.children[1] as AgentId);
      const lost = care.losses(decided).messages.map(({ event }) => event);
      const agents = care.toStart(decided);
      expect(lost).toEqual(
        agents.map((agent) => ({ type: 'agent.lost', agent, fault: crashFault })),
      );
    }
  });
});

describe('giving up', () => {
  const [first] = newBooks({}).children as [AgentId];

  test('follows from a crash too many, or from a fault that lasts', () => {
    const decide = (role: Partial<RoleSpec>, exit: Exit) => {
      const books = newBooks(role);
      return { ...books, ...care.decide(books, exit) };
    };
    expect(care.isHopeless(decide({}, crashOf(first)))).toBe(false);
    expect(care.isHopeless(decide({}, crashOf(first, missingFault)))).toBe(true);
    const strict = decide({ maxRestarts: 0 }, crashOf(first));
    expect(care.isHopeless(strict)).toBe(true);
    expect(() => care.toStart(strict)).toThrow('the role was given up');
  });

  test('is never undecided', () => {
    expect(() => care.isHopeless(newBooks({}))).toThrow('nothing was decided');
    const stopped = { ...crashOf(first), output: { kind: 'stopped' } };
    expect(() => care.decide(newBooks({}), stopped)).toThrow('only a crash');
  });
});

describe('stopping', () => {
  test('asks the last one, until nobody is left', () => {
    let books = newBooks({ count: 3 });
    const asked: unknown[] = [care.farewell(books).messages[0]?.to];
    while (books.live.length > 0) {
      const exit = crashOf(books.live.at(-1) as AgentId);
      asked.push(care.nextFarewell(books, exit).messages[0]?.to);
      books = { ...books, ...care.without(books, exit) };
    }
    expect(asked).toEqual(['agent/coder-3', 'agent/coder-2', 'agent/coder-1', undefined]);
    expect(care.everyone(newBooks({ count: 1 })).addresses).toEqual(['agent/coder-1']);
  });
});
