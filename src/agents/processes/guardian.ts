/**
 * Ends the children when the runtime itself is killed, or stands still for longer than it may: a
 * shell that waits for its stdin to end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { type Environment, pathVariable } from './environment.ts';
import { processStatus } from './proc.ts';

/**
 * Knows the groups that are alive by lines of `+PGID` and `-PGID`. The end of stdin means that the
 * runtime is gone, however it went: then it asks those that are left to end, and a second later it
 * ends them. A line of `.` says before that the runtime ends of itself, and has looked for strays.
 * It must outlive what a terminal sends to everyone (Ctrl-C, a hang-up).
 *
 * On a leash, `~N` says that the runtime has N hundredths of a second left. When they are over
 * everything is ended at once, and whatever is started after that, until it is given more: a
 * runtime that was frozen does not know that somebody else works on its run by now. The time is the
 * machine's, with what it slept; where that can't be read, beats are counted. A shell on a leash is
 * a pipe of two: when it was killed itself, its other half leaves everything to its successor.
 *
 * Strays have left their group (`setsid`): on Linux they are known by a line of the environment
 * that only this life of the runtime gives. Whoever has resumed the run meanwhile gives another.
 */
const script = `
trap '' INT TERM HUP QUIT
mark=$1
beat=$2
groups=' '
ending=killed
now=0
due=
feed() {
  while sleep "$beat" >/dev/null 2>&1 || sleep 1 >/dev/null; do echo t; done &
  beats=$!
  cat
  kill -s KILL "$beats"
}
look() {
  if read -r up rest </proc/uptime; then now=\${up%.*}\${up#*.}; else now=$((now + $1)); fi
} 2>/dev/null
strays() {
  for file in $(grep -lF -- "$mark" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}
    tr '\\0' '\\n' <"$file" 2>/dev/null | grep -qxF -- "$mark" && echo "\${pid%/environ}"
  done
}
finish() {
  for group in $groups; do kill -s KILL -- "-$group"; done
  groups=' '
  for round in 1 2 3 4 5 6 7 8 9 10; do
    found=$(strays)
    [ -z "$found" ] && return
    for pid in $found; do kill -s KILL "$pid"; done
    sleep 0.1 2>/dev/null || sleep 1
  done
}
guard() {
  while IFS= read -r line; do
    group=\${line#?}
    case $line in
      .) ending=gentle ;;
      t) look 100 ;;
      ~*) look 0; due=$((now + group)); ended= ;;
      +*) groups="$groups$group " ;;
      -*) case $groups in
            *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;;
          esac ;;
    esac
    [ -z "$due" ] && continue
    [ "$now" -lt "$due" ] && continue
    [ "$groups" = ' ' ] && [ -n "$ended" ] && continue
    finish
    ended=yes
  done
  kill -s 0 "$$" || exit 0
  [ "$groups" = ' ' ] && [ $ending = gentle ] && exit 0
  found=$(strays)
  [ "$groups$found" = ' ' ] && exit 0
  for group in $groups; do kill -s TERM -- "-$group"; done
  for pid in $found; do kill -s TERM "$pid"; done
  sleep 1
  finish
}
if [ -z "$beat" ]; then guard; else feed | guard; fi
`;

/** A guardian that died so often is being killed by somebody, or has no shell to run in. */
const deathsMax = 5;

export interface Guardian {
  /** The pid of the shell, when one runs. */
  readonly pid: number | null;
  /** The time on its leash is over: nothing may be started, or done for an agent. */
  readonly isOver: boolean;
  /** Given to every process: whoever has it in its environment is this guardian's to end. */
  readonly marks: Readonly<Record<string, string>>;
  /** Called before a process is started, so that the guardian is there when the process is. */
  start(): void;
  enrol(group: number): void;
  /** Called as soon as the group is gone: its id may then become somebody else's. */
  release(group: number): void;
  /** Ends the guardian, and every group that is still enrolled. */
  close(): Promise<void>;
}

/** How long a runtime may go on with what it does. */
export interface Leash {
  readonly leftMs: number;
  /** So soon its end is noticed. */
  readonly beatMs: number;
  onLonger(call: () => void): void;
}

/** One for each runtime. On Windows it does nothing: there are no groups there to end. */
export function openGuardian(options: {
  readonly environment: Environment;
  readonly leash?: Leash | undefined;
}): Guardian {
  const { environment, leash } = options;
  return process.platform === 'win32'
    ? new NoGuardian(leash)
    : new ShellGuardian(environment, leash);
}

class NoGuardian implements Guardian {
  readonly pid = null;
  readonly marks = {};
  readonly #leash: Leash | undefined;

  constructor(leash: Leash | undefined) {
    this.#leash = leash;
  }

  get isOver(): boolean {
    return isOver(this.#leash);
  }

  start(): void {}
  enrol(): void {}
  release(): void {}
  async close(): Promise<void> {}
}

const isOver = (leash: Leash | undefined): boolean => leash !== undefined && leash.leftMs <= 0;

const markName = 'TROUPE_LIFE';
let lives = 0;

/** No other runtime, now, before or after, has the same. */
function nameOfLife(): string {
  lives += 1;
  return `${process.pid}.${processStatus(process.pid)?.startedTicks ?? ''}.${lives}`;
}

class ShellGuardian implements Guardian {
  readonly marks = { [markName]: nameOfLife() };
  readonly #path: string;
  readonly #groups = new Set<number>();
  #shell: ChildProcess | null = null;
  #deaths = 0;
  readonly #leash: Leash | undefined;
  #phase: 'open' | 'closing' = 'open';

  constructor(environment: Environment, leash: Leash | undefined) {
    this.#path = pathVariable(environment) || '/usr/bin:/bin';
    this.#leash = leash;
    leash?.onLonger(() => this.#writeLeash());
  }

  get pid(): number | null {
    return this.#shell?.pid ?? null;
  }

  get isOver(): boolean {
    return isOver(this.#leash);
  }

  start(): void {
    if (this.#shell !== null || this.#phase === 'closing' || this.#deaths >= deathsMax) return;
    const beat = this.#leash ? String(this.#leash.beatMs / 1_000) : '';
    const mark = `${markName}=${this.marks[markName]}`;
    const shell = spawn('/bin/sh', ['-c', script, 'troupe-guardian', mark, beat], {
      cwd: '/',
      detached: true,
      // Not a variable more: a search by environment must not take the guardian for an agent.
      env: { PATH: this.#path },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell = shell;
    shell.once('error', () => this.#lost(shell));
    shell.once('exit', () => this.#lost(shell));
    // Its death shows as an exit; a line that could not be written is written to its successor.
    shell.stdin?.on('error', () => {});
    unref(shell);
    this.#writeLeash();
    for (const group of this.#groups) this.#write(`+${group}\n`);
  }

  enrol(group: number): void {
    this.#groups.add(group);
    if (this.#shell === null) this.start();
    else this.#write(`+${group}\n`);
  }

  release(group: number): void {
    if (this.#groups.delete(group)) this.#write(`-${group}\n`);
  }

  close(): Promise<void> {
    this.#phase = 'closing';
    const shell = this.#shell;
    if (shell === null) return Promise.resolve();
    return new Promise((resolve) => {
      shell.once('exit', () => resolve());
      shell.once('error', () => resolve());
      shell.ref();
      shell.stdin?.end('.\n');
    });
  }

  #writeLeash(): void {
    if (this.#leash) this.#write(`~${Math.max(0, Math.floor(this.#leash.leftMs / 10))}\n`);
  }

  #write(line: string): void {
    this.#shell?.stdin?.write(line);
  }

  #lost(shell: ChildProcess): void {
    if (this.#shell !== shell) return;
    this.#shell = null;
    this.#deaths += 1;
    if (this.#groups.size > 0) this.start();
  }
}

/** The guardian watches the runtime and must not be what keeps it awake. */
function unref(shell: ChildProcess): void {
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
}
