/** The way an actor has just gone, found in its machine: an event, then whatever came at once. */
import type { MachineShape, StepRow, TransitionShape } from '../../serving/wire.ts';

export interface Taken {
  readonly n: number;
  readonly transitions: ReadonlySet<string>;
}

const none: Taken = { n: 0, transitions: new Set() };

/** Of the last step that led somewhere. */
export function takenIn(machine: MachineShape, steps: readonly StepRow[]): Taken {
  const step = steps.findLast(({ from, to, event }) => from !== to || event === 'born');
  const root = machine.states[0]?.id;
  if (!step || root === undefined) return none;
  const [from, to] = [idOf(root, step.from), idOf(root, step.to)];
  const begins = machine.transitions.filter(
    ({ from: source, label }) => label === step.event && isSameOrAbove(source, from),
  );
  for (const first of begins) {
    const rest = atOnce(machine, first.to ?? first.from, to);
    if (rest) return { n: step.n, transitions: new Set([first.id, ...rest]) };
  }
  const born = step.event === 'born' ? atOnce(machine, root, to) : null;
  return { n: step.n, transitions: new Set(born ?? []) };
}

const idOf = (root: string, path: string): string => (path === '' ? root : `${root}.${path}`);
const isSameOrAbove = (above: string, id: string): boolean =>
  id === above || id.startsWith(`${above}.`);

/** The fewest transitions without an event that lead there; null when none do. */
function atOnce(machine: MachineShape, from: string, to: string): readonly string[] | null {
  const queue: { readonly at: string; readonly way: readonly string[] }[] = [{ at: from, way: [] }];
  const seen = new Set<string>();
  for (let next = queue.shift(); next; next = queue.shift()) {
    const at = innermost(machine, next.at);
    if (at === to) return next.way;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const transition of waysAtOnce(machine, at)) {
      queue.push({ at: transition.to ?? at, way: [...next.way, transition.id] });
    }
  }
  return null;
}

const waysAtOnce = ({ transitions }: MachineShape, at: string): readonly TransitionShape[] =>
  transitions.filter(
    ({ from, event, to }) => event === '' && to !== null && isSameOrAbove(from, at),
  );

/** Where one ends up that enters a state. */
function innermost({ states }: MachineShape, id: string): string {
  let at = id;
  for (;;) {
    const inner = states.find(({ parent, isInitial }) => parent === at && isInitial);
    if (!inner) return at;
    at = inner.id;
  }
}
