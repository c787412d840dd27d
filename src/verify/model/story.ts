/** What happened in a team, step by step, as messages between those who take part. */
import type { TraceStep } from '../verdict.ts';
import type { Happening, Product } from './product.ts';
import type { Move } from './table.ts';

/** Plays it from the beginning; what follows from a step is told after it. */
export function storyOf(product: Product, way: readonly Happening[]): readonly TraceStep[] {
  const steps: TraceStep[] = [];
  product.begin();
  for (const { member, move } of way) {
    const teller = tellerOf(product, member, move);
    product.take(member, move, (other, follows, by) => {
      const from = by >= 0 ? nameOf(product, by) : other === member ? teller : 'orchestrator';
      steps.push({ from, to: nameOf(product, other), event: follows.stimulus.name });
    });
  }
  return steps;
}

function nameOf({ team }: Product, member: number): string {
  return `task/${team.members[member]?.spec.id ?? ''}`;
}

/** An agent speaks for its role. */
function tellerOf(product: Product, member: number, { stimulus }: Move): string {
  if (stimulus.from !== 'agent') return stimulus.from;
  const spec = product.team.members[member]?.spec;
  const isJudged = product.rowOf(member).name.startsWith('reviewing');
  return (isJudged ? spec?.review?.role : spec?.role) ?? stimulus.from;
}
