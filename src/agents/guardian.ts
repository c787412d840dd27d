/** Ends the children when the runtime itself is killed: a shell that waits for its stdin to end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { type Environment, pathVariable } from './environment.ts';

/**
 * Knows the groups that are alive by lines of `+PGID` and `-PGID`. The end of stdin means that the
 * runtime is gone, however it went: then it asks the groups that are left to end, and a second
 * later it ends them. It must outlive what a terminal sends to everyone (Ctrl-C, a hang-up).
 */
const script = `
trap '' INT TERM HUP QUIT
groups=' '
while IFS= read -r line; do
  group=\${line#?}
  case $line in
    +*) groups="$groups$group " ;;
    -*) case $groups in
          *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;;
        esac ;;
  esac
done
[ "$groups" = ' ' ] && exit 0
for group in $groups; do kill -s TERM -- "-$group"; done
sleep 1
for group in $groups; do kill -s KILL -- "-$group"; done
`;

/** A guardian that died so often is being killed by somebody, or has no shell to run in. */
const deathsMax = 5;

export interface Guardian {
  /** The pid of the shell, when one runs. */
  readonly pid: number | null;
  /** Called before a process is started, so that the guardian is there when the process is. */
  start(): void;
  enrol(group: number): void;
  /** Called as soon as the group is gone: its id may then become somebody else's. */
  release(group: number): void;
  /** Ends the guardian, and every group that is still enrolled. */
  close(): Promise<void>;
}

/** One for each runtime. On Windows it does nothing: there are no groups there to end. */
export function openGuardian(options: { readonly environment: Environment }): Guardian {
  return process.platform === 'win32' ? new NoGuardian() : new ShellGuardian(options.environment);
}

class NoGuardian implements Guardian {
  readonly pid = null;
  start(): void {}
  enrol(): void {}
  release(): void {}
  async close(): Promise<void> {}
}

class ShellGuardian implements Guardian {
  readonly #path: string;
  readonly #groups = new Set<number>();
  #shell: ChildProcess | null = null;
  #deaths = 0;
  #phase: 'open' | 'closing' = 'open';

  constructor(environment: Environment) {
    this.#path = pathVariable(environment) || '/usr/bin:/bin';
  }

  get pid(): number | null {
    return this.#shell?.pid ?? null;
  }

  start(): void {
    if (this.#shell !== null || this.#phase === 'closing' || this.#deaths >= deathsMax) return;
    const shell = spawn('/bin/sh', ['-c', script, 'troupe-guardian'], {
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
      shell.stdin?.end();
    });
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
