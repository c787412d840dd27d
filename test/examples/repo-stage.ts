/** A stage for the scripts of the repository report: real processes, wired as the plan does. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, expect } from 'vitest';
import { parse } from 'yaml';

interface Check {
  readonly file?: string;
  readonly minBytes?: number;
  readonly matches?: string;
  readonly schema?: object;
}

export interface Task {
  readonly id: string;
  readonly agent: string;
  readonly needs?: readonly string[];
  readonly run: readonly string[];
  readonly verify?: readonly Check[];
}

const planFolder = resolve('examples');
export const plan = parse(readFileSync(join(planFolder, 'repo-report.yaml'), 'utf8')) as {
  readonly tasks: readonly Task[];
};

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

export function emptyFolder(name = 'troupe-report-'): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  made.push(folder);
  return folder;
}

export function write(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Nobody's settings but these: the tests also run inside a hook of another repository. */
const environment = {
  PATH: process.env.PATH ?? '',
  HOME: emptyFolder('troupe-home-'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CEILING_DIRECTORIES: tmpdir(),
};

export function git(folder: string, ...words: readonly string[]): string {
  const settings = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  const run = spawnSync('git', ['-C', folder, ...settings, ...words], {
    encoding: 'utf8',
    env: environment,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

/** Each script answers in its own shape; the schemas of the plan are what checks it. */
type Answers = Readonly<Record<string, unknown>>;

interface Ran {
  readonly answers: Answers;
  readonly report: string;
  /** Everything that any script printed. */
  readonly printed: string;
}

/** Does what the runtime does for one task: templates, environment, result file, checks. */
export class Stage {
  readonly #repo: string;
  readonly #path: string;
  readonly #folder = emptyFolder('troupe-run-');
  readonly #ajv = new Ajv({ strict: true, allowUnionTypes: true });

  constructor(repo: string, path = environment.PATH) {
    this.#repo = repo;
    this.#path = path;
    mkdirSync(join(this.#folder, 'results'));
    writeFileSync(join(this.#folder, 'plan.json'), JSON.stringify(plan));
  }

  artifacts(task: string): string {
    return join(this.#folder, 'artifacts', task);
  }

  spawn(task: Task): SpawnSyncReturns<string> {
    mkdirSync(this.artifacts(task.id), { recursive: true });
    const [, ...rest] = task.run.map((word) => this.#filled(word));
    return spawnSync(process.execPath, rest, {
      encoding: 'utf8',
      env: {
        ...environment,
        PATH: this.#path,
        TROUPE_TASK: task.id,
        TROUPE_ARTIFACTS: this.artifacts(task.id),
        TROUPE_RESULTS: join(this.#folder, 'results'),
        TROUPE_PLAN: join(this.#folder, 'plan.json'),
      },
    });
  }

  play(task: Task): string {
    const { status, stdout, stderr } = this.spawn(task);
    expect(`${task.id} ${status} ${stderr}`).toBe(`${task.id} 0 `);
    for (const check of task.verify ?? []) this.#check(task, check, stdout);
    const result = {
      task_id: task.id,
      agent_id: `${task.agent}-1`,
      status: 'completed',
      output: stdout,
      duration_ms: 1_500,
      attempts: 1,
      evidence: [{ kind: 'exit', passed: true }],
    };
    writeFileSync(join(this.#folder, 'results', `${task.id}.json`), JSON.stringify(result));
    return stdout;
  }

  #filled(word: string): string {
    return word
      .replaceAll('{{plan.folder}}', planFolder)
      .replaceAll('{{inputs.repo}}', this.#repo)
      .replaceAll('{{results.inventory.artifacts}}', this.artifacts('inventory'));
  }

  #check(task: Task, check: Check, stdout: string): void {
    if (check.schema) {
      const valid = this.#ajv.validate(check.schema, JSON.parse(stdout));
      expect([task.id, valid, this.#ajv.errorsText()]).toEqual([task.id, true, 'No errors']);
    }
    if (check.file) {
      const text = readFileSync(check.file.replace('{{artifacts}}', this.artifacts(task.id)));
      expect(text.length).toBeGreaterThanOrEqual(check.minBytes ?? 0);
      expect(text.toString()).toMatch(new RegExp(check.matches ?? ''));
    }
  }
}

/** The plan lists its tasks after what they need, so its order is an order to run them in. */
export function runPlan(repo: string, path?: string): Ran {
  const stage = new Stage(repo, path);
  const printed = plan.tasks.map((task) => [task.id, stage.play(task)] as const);
  const outputs = Object.fromEntries(printed);
  const { report = '', ...rest } = outputs;
  const answers = Object.entries(rest).map(([task, text]) => [task, JSON.parse(text)]);
  expect(readFileSync(join(stage.artifacts('report'), 'report.md'), 'utf8')).toBe(report);
  return {
    answers: Object.fromEntries(answers),
    report,
    printed: printed.map(([, text]) => text).join('\n'),
  };
}
