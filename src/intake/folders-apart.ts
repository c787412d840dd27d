/** Answers that landed in the inbox would be taken for tasks, and answered again, for ever. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../kernel/user-error.ts';
import type { InboxWish } from '../plan/project/serve-shapes.ts';

/** Throws when both names lead to one folder, by whatever link, mount or spelling. */
export function refuseOneFolder({ folder, outbox }: InboxWish): void {
  for (const taken of [folder, join(folder, 'refused')]) {
    if (!isOne(taken, outbox)) continue;
    const message = `${outbox} and ${taken} are the same folder`;
    throw new UserError('serve.inbox', message, 'answers need a folder of their own');
  }
}

function isOne(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) =>
    statSync(path, { bigint: true, throwIfNoEntry: false }),
  );
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}
