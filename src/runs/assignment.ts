/** Makes an attempt ready to be worked on: templates filled in, folders there, environment set. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import { taskId } from '../../machines/ids.ts';
import type { OutputRef } from '../../machines/outcome.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import { handedOver } from '../../machines/rules/handing.ts';
import { inputVariable, resultVariable } from '../plan/inputs.ts';
import {
  environmentOf,
  heirsOf,
  type Plan,
  type PlanRole,
  type PlanTask,
  runOf,
} from '../plan/plan.ts';
import { type Run, runArgv } from '../plan/shell.ts';
import { fillTemplate, parseTemplate, type Reference } from '../plan/templates.ts';
import type { RunFolder, RunOrder } from './folder.ts';
import { artifactsFolder } from './results.ts';

/** What is known of the tasks that are done: their outputs. */
export type FindOutput = (task: string) => OutputRef | null;

/** Tasks that were added to the plan since. */
type FindAdded = (id: string, planned: (id: string) => PlanTask | null) => PlanTask | null;

/** More is not put into the environment, of one output or of all: no program starts with it. */
const variableMaxBytes = 32_768;
const variablesMaxBytes = 262_144;

/** Everything about one task's attempt that does not depend on its agent's kind. */
export interface Prepared {
  readonly prompt: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly artifactsFolder: string;
}

type Place = 'cwd' | 'artifactsFolder';
/** By whom: left out, by its own role. */
type Asked = Pick<WorkInput, 'task' | 'inbox'> & Partial<Pick<WorkInput, 'role' | 'earlier'>>;

/** For whoever brings it together with what others did. */
const resolverPrompt = (prompt: string): string =>
  'Somebody else has done the task below, and its files are here. Others have changed the same ' +
  'lines meanwhile. Resolve the conflicts in its files, so that what both meant holds; change ' +
  `nothing else.\n\nThe task was:\n${prompt}`;

export class Desk {
  readonly #folder: RunFolder;
  readonly #order: RunOrder;
  readonly #tasks: ReadonlyMap<string, PlanTask>;
  readonly #roles: ReadonlyMap<string, PlanRole>;
  readonly #findOutput: FindOutput;
  readonly #findAdded: FindAdded;
  readonly #contextText: () => string;
  /** For agents that touch nothing: made once, and free. */
  readonly bare: Prepared;

  constructor(
    folder: RunFolder,
    order: RunOrder,
    findOutput: FindOutput,
    findAdded: FindAdded = () => null,
    contextText: () => string = () => '',
  ) {
    this.#folder = folder;
    this.#order = order;
    this.#tasks = new Map(order.plan.tasks.map((task) => [task.id, task]));
    this.#roles = new Map(order.plan.roles.map((role) => [role.name, role]));
    this.#findOutput = findOutput;
    this.#findAdded = findAdded;
    this.#contextText = contextText;
    this.bare = { prompt: '', argv: [], env: {}, cwd: order.cwd, artifactsFolder: '' };
  }

  get plan(): Plan {
    return this.#order.plan;
  }

  task(id: string): PlanTask {
    const find = (planned: string) => this.#tasks.get(planned) ?? null;
    const task = find(id) ?? this.#findAdded(id, find);
    if (!task) throw new TypeError(`no task ${id} in the plan`);
    return task;
  }

  role(name: string): PlanRole {
    const role = this.#roles.get(name);
    if (!role) throw new TypeError(`no role ${name} in the plan`);
    return role;
  }

  /** For a new attempt: what an earlier one left among the artifacts is taken away. */
  async begin(input: Asked): Promise<Prepared> {
    const goesOn = input.earlier?.fault.code === handedOver;
    const folder = artifactsFolder(this.#folder, input.task);
    if (!goesOn) await rm(folder, { recursive: true, force: true });
    return this.prepare(input);
  }

  async prepare({ task: id, inbox, role: asked, earlier }: Asked): Promise<Prepared> {
    const task = this.task(id);
    const role = this.role(asked ?? task.role);
    const folder = artifactsFolder(this.#folder, id);
    await mkdir(folder, { recursive: true });
    const isAuthor = role.name === task.role;
    const isConflict = earlier?.fault.code === 'merge.conflict';
    const isHeir = !isConflict && heirsOf(this.role(task.role)).includes(role.name);
    // What the task runs is for its author.
    const run = runOf(isAuthor ? task : { ...task, run: null }, role);
    const prompt = await this.fill(id, task.prompt);
    const wanted = isAuthor || isHeir ? prompt : resolverPrompt(prompt);
    return {
      prompt: withMessages(await this.#asRole(role, id, wanted), inbox),
      argv: run ? await this.argv(id, run) : [],
      env: { ...(await this.#surroundings(task)), ...(await this.#ownVariables(task, role)) },
      cwd: this.#order.cwd,
      artifactsFolder: folder,
    };
  }

  /** For one who judges it: with the question as the prompt, and nothing taken away. */
  async prepareReview({ task: id, role: name, inbox }: WorkInput): Promise<Omit<Prepared, Place>> {
    const [task, role] = [this.task(id), this.role(name)];
    const run = role.adapter === 'command' ? role.run : null;
    const question = await this.fill(id, task.review?.prompt ?? '');
    const own = environmentOf({ ...task, env: {} }, role);
    return {
      prompt: withMessages(await this.#asRole(role, id, question), inbox),
      argv: run ? await this.argv(id, run) : [],
      env: { ...(await this.#surroundings(task)), ...(await this.#filled(id, own)) },
    };
  }

  /** What its role says of all its tasks stands first. */
  async #asRole({ prompt = '' }: PlanRole, task: string, asked: string): Promise<string> {
    if (prompt === '') return asked;
    return [await this.fill(task, prompt), 'Your task:', asked].join('\n\n');
  }

  async argv(task: string, run: Run): Promise<readonly string[]> {
    const argv = runArgv(run, process.platform);
    // A shell line stands as it was written: values reach it by the environment only.
    if ('shell' in run) return argv;
    return Promise.all(argv.map((text) => this.fill(task, text)));
  }

  async fill(task: string, text: string): Promise<string> {
    const template = parseTemplate(text);
    const values = new Map<Reference, string>();
    for (const part of template.parts) {
      if (part.kind === 'value')
        values.set(part.reference, await this.#value(task, part.reference));
    }
    return fillTemplate(template, (reference) => values.get(reference) ?? '');
  }

  async #value(task: string, reference: Reference): Promise<string> {
    switch (reference.kind) {
      case 'input':
        return this.#order.inputs[reference.name] ?? '';
      case 'output':
        return this.output(reference.task);
      case 'artifacts':
        return artifactsFolder(this.#folder, reference.task);
      case 'context':
        return this.#contextText();
      case 'own-artifacts':
        return artifactsFolder(this.#folder, task);
      case 'plan-folder':
        return this.plan.folder ?? this.#order.cwd;
      default:
        return assertNever(reference);
    }
  }

  /** The whole output of a task that is done, without the newline that programs end with. */
  async output(task: string): Promise<string> {
    const output = this.#findOutput(taskId(task));
    if (!output) return '';
    // Bytes that are no text were replaced by longer ones: those are read again, too.
    const isWhole = output.path === '' || Buffer.byteLength(output.text) === output.bytes;
    const text = isWhole ? output.text : await this.#kept(task, output);
    return text.replace(/\r?\n$/, '');
  }

  /** From disk; what is not what it was any more is nobody's answer. */
  async #kept(task: string, { path, sha256 }: OutputRef): Promise<string> {
    const bytes = await readFile(join(this.#folder.path, path));
    if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes.toString('utf8');
    throw new Error(`the output of ${task} was changed after it had ended: ${path}`);
  }

  /** What every program of a run may read about it. */
  async #surroundings(task: PlanTask): Promise<Record<string, string>> {
    const inputs = Object.entries(this.#order.inputs).map(([name, value]) => [
      inputVariable(name),
      value,
    ]);
    return {
      ...Object.fromEntries(inputs),
      ...(await this.#resultVariables(task)),
      TROUPE_RESULTS: this.#folder.results,
      TROUPE_PLAN: this.#folder.plan,
    };
  }

  async #resultVariables({ needs }: PlanTask): Promise<Record<string, string>> {
    const variables: [string, string][] = [];
    let leftBytes = variablesMaxBytes;
    for (const need of needs) {
      const output = await this.output(need);
      const bytes = Buffer.byteLength(resultVariable(need)) + Buffer.byteLength(output);
      if (bytes > Math.min(variableMaxBytes, leftBytes) || output.includes('\0')) continue;
      variables.push([resultVariable(need), output]);
      leftBytes -= bytes;
    }
    return Object.fromEntries(variables);
  }

  #ownVariables(task: PlanTask, role: PlanRole): Promise<Record<string, string>> {
    return this.#filled(task.id, environmentOf(task, role));
  }

  async #filled(task: string, env: Readonly<Record<string, string>>) {
    const entries = Object.entries(env).map(
      async ([name, value]) => [name, await this.fill(task, value)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }
}

function withMessages(prompt: string, inbox: readonly string[]): string {
  return [prompt, ...inbox.map((text) => `\nA message for you:\n${text}`)].join('\n');
}
