/**
 * Which tasks can be exchanged for each other, and one state that stands for all exchanges.
 *
 * Tasks of one kind and role, with the same needs and the same dependants, differ by their names
 * alone: a state and the one with two of them exchanged have the same future. Sorted, they are one.
 */
import type { Product } from './product.ts';
import type { Member, Team } from './team.ts';

export type Group = readonly number[];

export function likeGroups({ members }: Team): readonly Group[] {
  const tables = new Map(members.map(({ table }, at) => [table, at]));
  const groups = new Map<string, number[]>();
  for (const [at, member] of members.entries()) {
    const key = `${tables.get(member.table)}/${surroundingsOf(member)}`;
    const group = groups.get(key);
    if (group) group.push(at);
    else groups.set(key, [at]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

function surroundingsOf({ spec, dependants, role, reviewers }: Member): string {
  return JSON.stringify([role, reviewers, spec.wave, [...spec.needs].sort(), dependants]);
}

export function sortLikes({ cells }: Product, groups: readonly Group[]): void {
  for (const group of groups) {
    for (let at = 1; at < group.length; at += 1) {
      const cell = cells[group[at] as number] as number;
      let place = at;
      while (place > 0 && (cells[group[place - 1] as number] as number) > cell) {
        cells[group[place] as number] = cells[group[place - 1] as number] as number;
        place -= 1;
      }
      cells[group[place] as number] = cell;
    }
  }
}
