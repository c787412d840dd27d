/** Finds the conversations of tasks, wherever forks have taken them along, and takes them away. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockOwner } from '../journal/lock.ts';
import { listRuns } from '../runs/folder.ts';
import { conversationId, conversationsFolder } from './entry.ts';
import { readEnding, readHeading } from './reading.ts';

export interface Copy {
  /** As it is told of: `RUN/NUMBER`, of the run that held it. */
  readonly id: string;
  readonly run: string;
  readonly task: string;
  /** Absolute: the file of this copy. */
  readonly path: string;
  /** `alive`: somebody writes to it now. */
  readonly state: 'over' | 'alive';
}

type IsMeant = (run: string, task: string) => boolean;

export async function copiesOf(home: string, isMeant: IsMeant): Promise<readonly Copy[]> {
  const folders = await listRuns(home);
  return folders.flatMap(({ path }) => {
    const isLive = lockOwner(path) !== null;
    return filesIn(join(path, conversationsFolder)).flatMap((file) =>
      copyAt(file, isLive, isMeant),
    );
  });
}

/** With the long texts that lie beside it. */
export function eraseCopy({ path }: Copy): void {
  rmSync(path.slice(0, -ending.length), { recursive: true, force: true });
  rmSync(path, { force: true });
}

const ending = '.jsonl';

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.map((name) => join(folder, name));
}

function copyAt(path: string, isLive: boolean, isMeant: IsMeant): readonly Copy[] {
  const heading = readHeading(path);
  if (heading === null || !isMeant(heading.run, heading.task)) return [];
  const state = isLive && readEnding(path) === null ? 'alive' : 'over';
  return [{ id: conversationId(heading), run: heading.run, task: heading.task, path, state }];
}
