/** What a person may ask of the MCP server: to serve, and to be known to a client. */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Troupe } from '../app.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { loadPlan } from '../plan/load.ts';
import { writeWhole } from '../runs/disk.ts';
import { type ClientConfig, configFor } from './client-config.ts';
import { type HttpServed, serveOverHttp } from './http.ts';
import { RunHost } from './run-host.ts';
import { type Served, serveOverStdio } from './stdio.ts';
import { Team, teamOf, teamOfPlan } from './team.ts';

export interface HttpWish {
  readonly port: number;
  /** Left out: a new one is made. */
  readonly token?: string;
}

export interface ServedOverHttp extends HttpServed {
  readonly token: string;
}

export class McpDesk {
  readonly #troupe: Troupe;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(troupe: Troupe, clock: Clock, random: Random) {
    this.#troupe = troupe;
    this.#clock = clock;
    this.#random = random;
  }

  /** `plan`: a file whose agents are the team. Every run is stopped when it is closed. */
  async overStdio(plan: string | null, onError: (error: Error) => void): Promise<Served> {
    const host = await this.#host(plan);
    const served = serveOverStdio(host, onError);
    return {
      ended: served.ended,
      close: async () => {
        await Promise.all([served.close(), host.close()]);
      },
    };
  }

  async overHttp(plan: string | null, { port, token }: HttpWish): Promise<ServedOverHttp> {
    const given = token ?? randomName(this.#random, 40);
    if (given.length < tokenCharsMin) throw weakToken();
    const host = await this.#host(plan);
    const [random, clock] = [this.#random, this.#clock];
    const served = await serveOverHttp({ host, port, token: given, random, clock });
    return {
      url: served.url,
      token: given,
      close: async () => {
        await Promise.all([served.close(), host.close()]);
      },
    };
  }

  /** What the client must be told, and where it would be written. */
  config(client: string): ClientConfig & { readonly path: string } {
    const config = configFor(client, { command: 'npx', args: ['troupe', 'mcp'] });
    const base = config.place === 'home' ? homedir() : this.#troupe.config.cwd;
    return { ...config, path: join(base, config.file) };
  }

  /** Keeps all else that stands in the client's file; answers the file's path. */
  install(client: string): string {
    const { path, merge } = this.config(client);
    const before = readIfThere(path);
    // It may hold keys: nobody else reads more of it than before.
    const mode = before === '' ? 0o600 : statSync(path).mode & 0o777;
    writeWhole(path, merge(before), { mode });
    return path;
  }

  async #host(plan: string | null): Promise<RunHost> {
    return new RunHost({ troupe: this.#troupe, clock: this.#clock, team: await this.#team(plan) });
  }

  async #team(plan: string | null): Promise<Team> {
    if (plan !== null) return teamOfPlan(await loadPlan(plan));
    const { project } = this.#troupe;
    const named = project?.part.agents;
    return named ? new Team(named) : teamOf(await this.#troupe.agents());
  }
}

/** Shorter ones are guessed. */
const tokenCharsMin = 16;

function weakToken(): UserError {
  const message = `the token has fewer than ${tokenCharsMin} characters`;
  return new UserError('mcp.token', message, 'leave TROUPE_MCP_TOKEN out, and one is made');
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new UserError('mcp.config-unreadable', (error as Error).message, 'mend it and try again');
  }
}
