/** Walks at random through what was too much to be looked through whole: a mistake may be met. */
import { seededRandom } from '../../kernel/random.ts';
import { type Happening, Product } from './product.ts';
import type { SearchOptions } from './search.ts';
import type { Team } from './team.ts';

export interface Walks {
  readonly count: number;
  /** The way to where nothing can happen any more; null: no walk has met such a place. */
  readonly stuck: readonly Happening[] | null;
}

const walksMax = 2_000;
const stepsMax = 10_000;

export function walkAtRandom(
  team: Team,
  { limits, clock }: Pick<SearchOptions, 'limits' | 'clock'>,
): Walks {
  const product = new Product(team);
  const random = seededRandom(team.plan.seed);
  let count = 0;
  for (; count < walksMax && clock.elapsed() < limits.untilMs; count += 1) {
    const stuck = walk(product, (below) => random.next() % below);
    if (stuck) return { count: count + 1, stuck };
  }
  return { count, stuck: null };
}

/** Null: it has come to an end as it should, or was long enough. */
function walk(product: Product, draw: (below: number) => number): readonly Happening[] | null {
  const way: Happening[] = [];
  product.begin();
  for (; way.length < stepsMax && !product.isOver(); ) {
    const possible = possibleIn(product);
    if (!possible.some(({ move }) => move.stimulus.force === 'must')) return way;
    const next = possible[draw(possible.length)] as Happening;
    way.push(next);
    product.take(next.member, next.move);
  }
  return null;
}

function possibleIn(product: Product): readonly Happening[] {
  product.count();
  return [...product.team.members.keys()].flatMap((member) =>
    product
      .movesOf(member)
      .filter((move) => product.isPossible(member, move))
      .map((move) => ({ member, move })),
  );
}
