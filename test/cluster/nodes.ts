/** Nodes that share runs, each a process with a home of its own, and what they are given to do. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsServer } from '../bus/nats/servers.ts';
import { type Desk, jsonLines, type Process } from '../cli/troupe.ts';

export interface Node {
  readonly process: Process;
  readonly home: string;
  readonly post: (path: string, body: object) => Promise<Record<string, unknown>>;
  readonly results: (run: string) => readonly Record<string, unknown>[];
}

/** All share a working directory, as they would a repository; each has a home of its own. */
export async function node(
  desk: Desk,
  name: string,
  servers: readonly NatsServer[],
): Promise<Node> {
  const urls = servers.map(({ url }) => url).join(',');
  const home = desk.path(`home-${name}`);
  const words = ['serve', '--port', '0', '--json', '--home', home];
  const process = desk.start([...words, '--nats', urls, '--node', name]);
  await process.says(/"serve.opened"/);
  const [said] = jsonLines(process.stdout);
  const { origin } = new URL(String(said?.url));
  const post: Node['post'] = async (path, body) => {
    const response = await fetch(`${origin}/api/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${said?.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  return { process, home, post, results: (run) => resultsIn(join(home, 'runs', run, 'results')) };
}

function resultsIn(folder: string): readonly Record<string, unknown>[] {
  try {
    return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  } catch {
    return [];
  }
}

/** Each attempt says in a file who it is, and when it begins and ends. */
export const plan = (count: number, seconds: number): string =>
  JSON.stringify({
    name: 'shared',
    concurrency: 3,
    agents: { one: { adapter: 'command', count: 3 } },
    tasks: Array.from({ length: count }, (_, at) => ({
      id: `t${at}`,
      agent: 'one',
      ...(at >= 3 && { needs: [`t${at - 3}`] }),
      run: [
        'sh',
        '-c',
        `echo "begin t${at} $$" >> log; sleep ${seconds}; ` +
          `seq 1 40000; echo art > $TROUPE_ARTIFACTS/a.txt; echo "end t${at} $$" >> log`,
      ],
    })),
  });

export const ended = (log: string): readonly string[] =>
  log.split('\n').flatMap((line) => (/^end (\S+)/.exec(line) ?? []).slice(1));
