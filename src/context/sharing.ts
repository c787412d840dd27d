/**
 * Shares what agents of a run tell each other: hears it, and keeps everybody's copy up to date.
 *
 * Owns: the copies, which are nobody's to change. The context itself is the journal's.
 */
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../../machines/errors.ts';
import { agentAddress } from '../../machines/ids.ts';
import type { AgentWorld, Assignment } from '../agents/agent.ts';
import type { Clock } from '../kernel/clock.ts';
import type { System } from '../kernel/system.ts';
import { isUserError } from '../kernel/user-error.ts';
import type { PlanRole, PlanTask } from '../plan/plan.ts';
import { writeWhole } from '../runs/disk.ts';
import type { RunFolder } from '../runs/folder.ts';
import { type ContextChange, RunContext } from '../runs/shared-context.ts';
import { Sayings } from './sayings.ts';
import { contextFile, contextSection, contextText, type Refused } from './words.ts';

const refusedMax = 20;
const fileName = 'context.json';

export class Sharing {
  readonly #folder: RunFolder;
  readonly #clock: Clock;
  #system: System | null = null;
  /** Absolute: where copies lie, and how many attempts read them. */
  readonly #copies = new Map<string, number>();
  #refused: readonly Refused[] = [];
  #writing: 'no' | 'soon' = 'no';

  constructor({ folder, clock }: { folder: RunFolder; clock: Clock }) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** The system whose context it is; to be called once that is there. */
  follow(system: System): void {
    this.#system = system;
    system.onFact(({ event }) => {
      if (event.type === 'context.changed') this.refresh();
    });
  }

  /** As a prompt says it. */
  text(): string {
    return contextText(this.#context.show());
  }

  /** The attempt as it is told of the others, heard while it is worked on. */
  async around<Result>(
    assignment: Assignment,
    { task, role }: { readonly task: PlanTask; readonly role: PlanRole },
    world: AgentWorld,
    work: (told: Assignment, heard: AgentWorld) => Promise<Result>,
  ): Promise<Result> {
    if (role.adapter === 'gather') return work(assignment, world);
    const path = this.#placeFor(assignment, task);
    const sayings = new Sayings((change) => this.#set({ ...change, by: assignment.agent }));
    const hear: AgentWorld['tell'] = (event) => {
      sayings.hear(event);
      world.tell(event);
    };
    try {
      this.#hold(path);
      const env = { ...assignment.env, TROUPE_CONTEXT: path };
      const prompt = `${assignment.prompt}${this.#sectionFor(task, role)}`;
      return await work({ ...assignment, env, prompt }, { ...world, tell: hear });
    } finally {
      sayings.end();
      this.#release(path);
    }
  }

  /** A program reads its prompt letter by letter, and has asked for nothing more. */
  #sectionFor({ prompt }: PlanTask, { adapter }: PlanRole): string {
    const isAsked = adapter === 'command' || /\{\{\s*context\s*\}\}/.test(prompt);
    return isAsked ? '' : contextSection(this.#context.show());
  }

  #set(change: ContextChange): void {
    const told = this.#context.set(change);
    told.catch((error: unknown) => this.#refuse(change, error));
  }

  /** It hears of it with its next attempt, and can look before that. */
  #refuse({ key, by: agent }: ContextChange, error: unknown): void {
    if (!isUserError(error)) return;
    const text = `You wanted to share "${key}", and could not: ${error.message}; ${error.hint}`;
    const refused = { key, by: agent, reason: error.message };
    this.#refused = [...this.#refused, refused].slice(-refusedMax);
    this.refresh();
    const to = agentAddress(agent as Assignment['agent']);
    const event = { type: 'agent.tell', text, from: 'troupe' };
    this.#living.send(to, event).catch(() => undefined);
  }

  /** In its worktree, out of every commit; other places hold only what tasks put there. */
  #placeFor({ cwd }: Assignment, { workspace = 'shared' }: PlanTask): string {
    if (workspace !== 'worktree') return join(this.#folder.path, fileName);
    const folder = join(cwd, '.troupe');
    mkdirSync(folder, { recursive: true });
    const ignore = join(folder, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
    return join(folder, fileName);
  }

  #hold(path: string): void {
    const readers = this.#copies.get(path) ?? 0;
    this.#copies.set(path, readers + 1);
    if (readers === 0) this.#write(path);
  }

  #release(path: string): void {
    const readers = (this.#copies.get(path) ?? 1) - 1;
    if (readers > 0) this.#copies.set(path, readers);
    else this.#copies.delete(path);
  }

  /** Whatever changes in one turn is written once. */
  refresh(): void {
    if (this.#writing === 'soon') return;
    this.#writing = 'soon';
    this.#clock.breathe().then(() => {
      this.#writing = 'no';
      for (const path of this.#copies.keys()) this.#write(path);
    });
  }

  /** A copy that can't be written is nobody's end: the prompt says it, too. */
  #write(path: string): void {
    try {
      writeWhole(path, contextFile(this.#context.show(), this.#refused));
      chmodSync(path, 0o444);
    } catch {
      rmSync(path, { force: true });
    }
  }

  get #context(): RunContext {
    return new RunContext(this.#living);
  }

  get #living(): System {
    assert(this.#system, 'nothing can be shared before there is a system');
    return this.#system;
  }
}
