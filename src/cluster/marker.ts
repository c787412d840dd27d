/** The mark in a run's folder that its journal is the servers', and this copy may be behind. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsPlace } from '../bus/nats/connection.ts';
import { UserError } from '../kernel/user-error.ts';
import { writeWhole } from '../runs/disk.ts';
import type { RunFolder } from '../runs/folder.ts';

const pathOf = ({ path }: RunFolder): string => join(path, 'cluster.json');

export function markShared(folder: RunFolder, { servers }: NatsPlace): void {
  // What is before an @ is a secret.
  const shown = servers.map((server) => server.replace(/^(.*?:\/\/)?.*@/, '$1'));
  writeWhole(pathOf(folder), `${JSON.stringify({ servers: shown })}\n`);
}

/** For whoever would go on with the copy alone: two nodes would tell two stories of one run. */
export function refuseShared(folder: RunFolder): void {
  const path = pathOf(folder);
  if (!existsSync(path)) return;
  const hint = `go on there: troupe serve --nats URL; for good without them: delete ${path}`;
  throw new UserError('run.shared', `${folder.id} is shared by nodes over NATS`, hint);
}
