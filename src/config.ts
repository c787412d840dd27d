/** What is taken from the process and its environment, in one place. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Config {
  /** Absolute: where runs are kept. */
  readonly home: string;
  /** Absolute: where commands work. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who asks, for messages and approvals. */
  readonly user: string;
  readonly platform: NodeJS.Platform;
}

export interface ConfigOptions {
  readonly home?: string;
  readonly cwd?: string;
}

/** `--home`, else TROUPE_HOME, else `.troupe` in the working directory. */
export function readConfig({ home, cwd = process.cwd() }: ConfigOptions = {}): Config {
  const environment = process.env;
  const chosen = home ?? (environment.TROUPE_HOME || '.troupe');
  return {
    home: resolve(cwd, chosen),
    cwd: resolve(cwd),
    environment,
    user: environment.USER || environment.USERNAME || accountName(),
    platform: process.platform,
  };
}

/** As the machine knows who this is: a container says it nowhere else. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account without a name.
    return 'somebody';
  }
}

/** The version in our package.json, which lies beside the sources and above the built files. */
export function readVersion(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < 4; up += 1) {
    try {
      const text = readFileSync(join(folder, 'package.json'), 'utf8');
      const { name, version } = JSON.parse(text) as { name: string; version: string };
      if (name === 'troupe') return version;
    } catch {
      // Not here: one higher.
    }
    folder = dirname(folder);
  }
  return 'unknown';
}
