/** What an axiom may take for granted of a run: its plan, by task and role. */
import type { Fact, TroupeEvent } from '../../../machines/events.ts';
import type { Outcome } from '../../../machines/outcome.ts';
import type { PlanAmendment, PlanSpec, RoleSpec, TaskSpec } from '../../../machines/plan.ts';
import type { LoggedInput } from '../../kernel/log.ts';

/** What is asked of a plan beyond what its machines were given. */
export interface OrderedPlan {
  readonly budgetUsd: number | null;
  readonly tasks: readonly { readonly id: string }[];
}

export class Ground {
  readonly ordered: OrderedPlan;
  /** Whether the world will be asked what it saw. */
  readonly world: 'seen' | 'unseen';
  readonly #given: PlanSpec | null;
  #spec: PlanSpec | null = null;
  #budget: 'ordered' | 'amended' = 'ordered';
  #tasks: ReadonlyMap<string, TaskSpec> = new Map();
  #roles: ReadonlyMap<string, RoleSpec> = new Map();
  /** Asked for by outcomes or a person, and perhaps never added. */
  readonly #asked = new Map<string, TaskSpec>();

  /** `given`: what it should have run by; without it, what its journal says it was given. */
  constructor(ordered: OrderedPlan, world: Ground['world'], given: PlanSpec | null = null) {
    this.ordered = ordered;
    this.world = world;
    this.#given = given;
  }

  /** Null before a plan was submitted. */
  get spec(): PlanSpec | null {
    return this.#spec;
  }

  /** As it was amended, if it was; else as the plan that was submitted has it. */
  get budgetUsd(): number | null {
    if (this.#budget === 'amended') return this.#spec?.budgetUsd ?? null;
    return this.#spec?.budgetUsd ?? this.ordered.budgetUsd;
  }

  task(id: string): TaskSpec | undefined {
    return this.#tasks.get(id);
  }

  role(name: string): RoleSpec | undefined {
    return this.#roles.get(name);
  }

  /** Called with every input before anybody else looks at it. */
  take({ input }: LoggedInput): void {
    if (input.kind === 'done' && input.id === 'work') this.#note(input.output as Outcome | null);
    if (input.kind !== 'event') return;
    const event = input.event as TroupeEvent;
    if (event.type === 'plan.submit') this.#adopt(this.#spec ?? this.#given ?? event.plan);
    if (event.type === 'plan.extend') {
      for (const { spec } of event.tasks) this.#asked.set(spec.id, spec);
    }
    if (event.type === 'plan.amend' && this.#spec) {
      if (event.amendment.budgetUsd !== undefined) this.#budget = 'amended';
      this.#adopt(amended(this.#spec, event.amendment));
    }
  }

  /** Called with every fact before anybody else hears it. */
  hear(fact: Fact): void {
    if (fact.type !== 'plan.grown' && fact.type !== 'plan.extended') return;
    if (!this.#spec) return;
    const added = fact.tasks.flatMap((id) => this.#asked.get(id) ?? []);
    this.#adopt({ ...this.#spec, tasks: [...this.#spec.tasks, ...added] });
  }

  /** The newest words count: what was asked before was not added. */
  #note(outcome: Outcome | null): void {
    for (const task of outcome?.subtasks ?? []) {
      if (!this.#tasks.has(task.id)) this.#asked.set(task.id, task);
    }
  }

  #adopt(spec: PlanSpec): void {
    this.#spec = spec;
    this.#tasks = new Map(spec.tasks.map((task) => [task.id, task]));
    this.#roles = new Map(spec.roles.map((role) => [role.name, role]));
  }
}

function amended(spec: PlanSpec, amendment: PlanAmendment): PlanSpec {
  const { concurrency = spec.concurrency, onFailure = spec.onFailure } = amendment;
  const { budgetUsd = spec.budgetUsd } = amendment;
  const roles = new Map(amendment.roles?.map(({ name, limits }) => [name, limits]));
  const tasks = new Map(amendment.tasks?.map(({ id, limits }) => [id, limits]));
  return {
    ...spec,
    concurrency,
    onFailure,
    budgetUsd,
    roles: spec.roles.map((role) => ({ ...role, ...roles.get(role.name) })),
    tasks: spec.tasks.map((task) => ({ ...task, ...tasks.get(task.id) })),
  };
}
