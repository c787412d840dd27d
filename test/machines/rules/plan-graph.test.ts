/** The graph's rules hold for any graph, and for chains longer than a call stack. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../machines/errors.ts';
import {
  dependants,
  findCycle,
  type GraphNode,
  ranks,
  strayMentions,
  topologicalOrder,
  waves,
} from '../../../machines/rules/plan-graph.ts';

/** Each node needs only earlier ones, and then all are shuffled. */
const acyclic: fc.Arbitrary<readonly GraphNode[]> = fc
  .array(fc.array(fc.nat(30), { maxLength: 5 }), { maxLength: 30 })
  .map((graph) =>
    graph.map((edges, at) => ({
      id: `t${at}`,
      needs: [...new Set(edges.filter((edge) => edge < at))].map((edge) => `t${edge}`),
    })),
  )
  .chain((nodes) => fc.shuffledSubarray(nodes, { minLength: nodes.length }));

const chain = (length: number): GraphNode[] =>
  Array.from({ length }, (_, at) => ({ id: `t${at}`, needs: at > 0 ? [`t${at - 1}`] : [] }));

/** The slow way, straight from the words: all that a node waits for. */
function ancestors(nodes: readonly GraphNode[], id: string): ReadonlySet<string> {
  const needsOf = new Map(nodes.map((node) => [node.id, node.needs]));
  const found = new Set(needsOf.get(id));
  for (const need of found) for (const far of needsOf.get(need) ?? []) found.add(far);
  return found;
}

describe('topologicalOrder', () => {
  test('puts every node behind its needs', () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const places = new Map(topologicalOrder(nodes).map((node, place) => [node.id, place]));
        expect(places.size).toBe(nodes.length);
        for (const { id, needs } of nodes) {
          for (const need of needs) {
            expect(places.get(need)).toBeLessThan(places.get(id) ?? Number.NaN);
          }
        }
      }),
    );
  });

  test('keeps the order of the plan where it can', () => {
    const nodes = ['b', 'a', 'c'].map((id) => ({ id, needs: [] }));
    expect(topologicalOrder(nodes)).toEqual(nodes);
  });

  test('takes a cycle or an unknown need for a bug', () => {
    expect(() => topologicalOrder([{ id: 'a', needs: ['a'] }])).toThrow(InvariantError);
    expect(() => topologicalOrder([{ id: 'a', needs: ['b'] }])).toThrow(InvariantError);
  });
});

describe('findCycle', () => {
  test('finds none where there is none', () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        expect(findCycle(nodes)).toBeNull();
      }),
    );
  });

  test('finds the one that an edge back makes, and shows it edge by edge', () => {
    fc.assert(
      fc.property(acyclic, fc.nat(), fc.nat(), (nodes, first, second) => {
        const late = nodes[first % Math.max(1, nodes.length)];
        fc.pre(late !== undefined && late.needs.length > 0);
        const far = [...ancestors(nodes, late.id)];
        const early = far[second % far.length];
        const closed = nodes.map((node) =>
          node.id === early ? { ...node, needs: [...node.needs, late.id] } : node,
        );
        const cycle = findCycle(closed) ?? [];
        expect(cycle.length).toBeGreaterThan(1);
        expect(cycle[0]).toBe(cycle.at(-1));
        const needsOf = new Map(closed.map((node) => [node.id, node.needs]));
        for (const [at, id] of cycle.slice(0, -1).entries()) {
          expect(needsOf.get(id)).toContain(cycle[at + 1]);
        }
      }),
    );
  });

  test.each([
    [[{ id: 'a', needs: ['a'] }], ['a', 'a']],
    [
      [
        { id: 'a', needs: ['b'] },
        { id: 'b', needs: ['c'] },
        { id: 'c', needs: ['b'] },
      ],
      ['b', 'c', 'b'],
    ],
    [[{ id: 'a', needs: ['nobody'] }], null],
    [[], null],
  ])('%j', (nodes, cycle) => {
    expect(findCycle(nodes)).toEqual(cycle);
  });
});

describe('waves', () => {
  test('are one more than the deepest need', () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const wave = waves(nodes);
        for (const { id, needs } of nodes) {
          const depths = needs.map((need) => (wave.get(need) ?? Number.NaN) + 1);
          expect(wave.get(id)).toBe(Math.max(0, ...depths));
        }
      }),
    );
  });
});

describe('ranks', () => {
  test('are the own weight and the heaviest of those behind', () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const weightOf = ({ id }: GraphNode) => id.length * 10;
        const rank = ranks(nodes, weightOf);
        const behind = dependants(nodes);
        for (const node of nodes) {
          const others = (behind.get(node.id) ?? []).map((id) => rank.get(id) ?? Number.NaN);
          expect(rank.get(node.id)).toBe(weightOf(node) + Math.max(0, ...others));
        }
      }),
    );
  });
});

describe('dependants', () => {
  test('turn every need around, once', () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const waiting = dependants(nodes);
        const edges = nodes.flatMap(({ id, needs }) => needs.map((need) => `${need}>${id}`));
        const turned = [...waiting].flatMap(([need, ids]) => ids.map((id) => `${need}>${id}`));
        expect(turned.toSorted()).toEqual(edges.toSorted());
      }),
    );
  });
});

describe('strayMentions', () => {
  test('are those of nodes that are not waited for', () => {
    const places = fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 100 });
    fc.assert(
      fc.property(acyclic, places, (nodes, pairs) => {
        const mentions = pairs
          .map(([from, to]) => ({ from: `t${from}`, to: `t${to}` }))
          .filter(
            ({ from, to }) =>
              nodes.some(({ id }) => id === from) && nodes.some(({ id }) => id === to),
          );
        const stray = mentions.filter(({ from, to }) => !ancestors(nodes, from).has(to));
        expect(strayMentions(nodes, mentions)).toEqual(stray);
      }),
    );
  });

  test('are found among more than 32 nodes', () => {
    const nodes = chain(100);
    const mentions = nodes.flatMap(({ id: from }) => nodes.map(({ id: to }) => ({ from, to })));
    expect(strayMentions(nodes, mentions)).toHaveLength((100 * 101) / 2);
  });
});

test('a chain of 100,000 costs no stack', () => {
  const nodes = chain(100_000);
  expect(findCycle(nodes.toReversed())).toBeNull();
  expect(waves(nodes).get('t99999')).toBe(99_999);
  expect(ranks(nodes, () => 1).get('t0')).toBe(100_000);
  const [first, ...rest] = nodes;
  const closed = [{ id: first?.id ?? '', needs: ['t99999'] }, ...rest];
  expect(findCycle(closed)).toHaveLength(100_001);
});
