/** A persistent house over a home of its own, with an inbox and an outbox. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import type { Answer } from '../../src/intake/entry.ts';
import { beatMs } from '../../src/intake/steward.ts';
import { sleep, systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { openPersistent } from '../../src/serving/persistent.ts';
import type { ServeOptions, Serving } from '../../src/serving/server.ts';
import { eventually } from '../agents/processes.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';

export class Place {
  readonly folder: string;

  constructor(folder: string, project: string) {
    this.folder = folder;
    writeFiles(folder, { 'troupe.yaml': project });
  }

  get home(): string {
    return join(this.folder, '.troupe');
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** As a program that knows its manners: beside it first, then in one step. */
  drop(name: string, content: unknown): void {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(this.path(name), text);
    renameSync(this.path(name), this.path('in', name));
  }

  names(folder: string): readonly string[] {
    const path = this.path(folder);
    return existsSync(path) ? readdirSync(path).sort() : [];
  }

  async answer(name: string): Promise<Answer> {
    const path = this.path('out', `${name}.json`);
    await eventually(`there is an answer ${name}`, () => existsSync(path));
    return JSON.parse(readFileSync(path, 'utf8')) as Answer;
  }

  /** Null while there is no answer. */
  statusOf(name: string): string | null {
    const path = this.path('out', `${name}.json`);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Answer).status : null;
  }

  remove(...names: readonly string[]): void {
    rmSync(this.path(...names));
  }

  orderedAt(run: string): number {
    const path = this.path('.troupe/runs', run, 'order.json');
    return (JSON.parse(readFileSync(path, 'utf8')) as { orderedAt: number }).orderedAt;
  }

  until(what: string, holds: () => boolean): Promise<void> {
    return eventually(what, holds);
  }

  /** So long that the house has looked so often. */
  beats(count: number): Promise<void> {
    return sleep(systemClock, count * beatMs);
  }

  runs(): readonly string[] {
    return this.names('.troupe/runs');
  }
}

export const project = `agents:
  worker: { adapter: command, run: [cat], workspace: folder }
inbox: in
outbox: out
`;

/** To be called once, at the top of a test file. */
export function places(name: string) {
  const temp = tempFolders(name);
  const servings: Serving[] = [];
  afterEach(async () => {
    for (const serving of servings.splice(0)) await serving.close();
  });
  const place = (text = project): Place => {
    const made = new Place(temp(), text);
    writeFiles(made.folder, { 'in/.keep': '' });
    return made;
  };
  const open = async (
    { folder, home }: Place,
    more: Pick<ServeOptions, 'pages'> = {},
  ): Promise<Serving> => {
    const troupe = createTroupe({ cwd: folder, home });
    const wish = troupe.project?.serve;
    if (!wish) throw new Error('there is no troupe.yaml');
    const world = { clock: systemClock, random: systemRandom };
    const serving = await openPersistent(troupe, world, { port: 0, wish, ...more });
    servings.push(serving);
    return serving;
  };
  return { place, open };
}
