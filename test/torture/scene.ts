/** A plan of real commands in a folder of its own, and the command line that works it off. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTroupe, type Troupe } from '../../src/app.ts';
import { linesIn } from '../app/stage.ts';

/** Says when it begins, now and then while it works, and when it ends; each a line of its own. */
const step = `#!/bin/sh
say() { echo "$1 $TROUPE_TASK $TROUPE_TOKEN $TROUPE_ATTEMPT" >> log; }
say start
ticks='1 2 3'
# Long enough to meet the next attempt, if nobody ended it.
case $TROUPE_TASK in loner | join) ticks='1 2 3 4 5 6 7 8 9 10' ;; esac
for tick in $ticks; do sleep "0.0$(( $$ % 5 + 3 ))"; say tick; done
case $TROUPE_TASK in
  flaky) test -e flaky.mark || { : > flaky.mark; say end; exit 1; } ;;
  lying) test -e lying.mark && echo "# true" > lying.md; : > lying.mark ;;
  checked) echo "# checked" > "$TROUPE_ARTIFACTS/checked.md" ;;
  doomed) say end; echo "never" ; exit 3 ;;
esac
cat
say end
`;

/** Twelve tasks: a fan, a join, two that need a second try, one that fails and takes one along. */
const plan = `
name: torture
concurrency: 4
agents:
  worker: { adapter: command, run: [sh, step.sh], count: 4, backoff: { initial: 5ms, max: 20ms } }
tasks:
  - { id: root, agent: worker, prompt: seed }
  - { id: left, agent: worker, needs: [root], prompt: "left of {{results.root.output}}" }
  - { id: right, agent: worker, needs: [root], prompt: "right of {{results.root.output}}" }
  - { id: middle, agent: worker, needs: [root], prompt: middle }
  - { id: flaky, agent: worker, needs: [left], prompt: flaky, retries: 3 }
  - id: lying
    agent: worker
    needs: [right]
    prompt: lying
    retries: 3
    verify: { file: lying.md, matches: "^# true" }
  - id: checked
    agent: worker
    needs: [root]
    prompt: checked
    verify:
      - { file: "{{artifacts}}/checked.md", minBytes: 5 }
      - { run: 'sleep 0.05; grep -q checked "$TROUPE_ARTIFACTS/checked.md"' }
  - { id: doomed, agent: worker, needs: [middle], prompt: doomed, retries: 1 }
  - { id: mourner, agent: worker, needs: [doomed, checked], prompt: mourner }
  - id: join
    agent: worker
    needs: [flaky, lying, checked]
    prompt: "{{results.flaky.output}}, {{results.lying.output}}, {{results.checked.output}}"
  - { id: last, agent: worker, needs: [join], prompt: "at last: {{results.join.output}}" }
  - { id: loner, agent: worker, prompt: alone }
`;

export interface Line {
  readonly what: 'start' | 'tick' | 'end';
  readonly task: string;
  readonly token: number;
  readonly attempt: number;
}

export interface Life {
  readonly child: ChildProcess;
  /** Facts that were printed so far. */
  readonly facts: () => number;
  /** Its exit code, or null when it was killed, and what it said on stderr. */
  readonly over: Promise<{ readonly code: number | null; readonly said: string }>;
}

export class Scene {
  readonly folder: string;
  readonly troupe: Troupe;
  readonly #cli: string;

  constructor(folder: string, cli: string) {
    this.folder = folder;
    this.#cli = cli;
    this.troupe = createTroupe({ home: join(folder, '.troupe'), cwd: folder });
    writeFileSync(join(folder, 'step.sh'), step);
    writeFileSync(join(folder, 'plan.yaml'), plan);
  }

  /** Null when nobody came so far as to make one. */
  get runId(): string | null {
    const runs = join(this.folder, '.troupe', 'runs');
    const names = existsSync(runs) ? readdirSync(runs) : [];
    return names.find((name) => existsSync(join(runs, name, 'order.json'))) ?? null;
  }

  /** Begins the run, or goes on with it. */
  live(): Life {
    const words = this.runId === null ? ['run', 'plan.yaml'] : ['resume', 'latest'];
    const { TROUPE_HOME: _, ...env } = process.env;
    const child = spawn(process.execPath, [this.#cli, ...words, '--json', '--quiet'], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [facts, said] = [0, ''];
    child.stdout.on('data', (chunk: Buffer) => {
      facts += chunk.toString().split('\n').length - 1;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const over = new Promise<{ code: number | null; said: string }>((resolve) => {
      child.once('close', (code) => resolve({ code, said }));
    });
    return { child, facts: () => facts, over };
  }

  /** What the commands themselves have written, in the order in which they did. */
  lines(): readonly Line[] {
    return linesIn(join(this.folder, 'log')).map((line) => {
      const [what = '', task = '', token, attempt] = line.split(' ');
      return { what: what as Line['what'], task, token: Number(token), attempt: Number(attempt) };
    });
  }
}
