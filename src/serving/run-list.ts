/**
 * The list of a home's runs, read again only where something was written.
 *
 * Owns: the lines read last, and what the folders looked like then.
 */
import { statSync } from 'node:fs';
import type { Troupe } from '../app.ts';
import { lockOwner } from '../journal/lock.ts';
import type { RunSummary } from '../past/standing.ts';
import { unreadable } from '../past/standing.ts';
import type { RunFolder } from '../runs/folder.ts';
import { listRuns } from '../runs/folder.ts';
import type { RunLife, RunLine } from './wire.ts';

export class RunList {
  readonly #troupe: Troupe;
  readonly #known = new Map<string, { readonly stamp: string; readonly line: RunLine }>();

  constructor(troupe: Troupe) {
    this.#troupe = troupe;
  }

  /** Newest first. */
  async lines(): Promise<readonly RunLine[]> {
    const folders = await listRuns(this.#troupe.config.home);
    const lines: RunLine[] = [];
    for (const folder of folders) lines.push(await this.#line(folder));
    const ids = new Set<string>(folders.map(({ id }) => id));
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
    return lines;
  }

  async #line(folder: RunFolder): Promise<RunLine> {
    const life = lifeOf(folder);
    const stamp = `${life} ${stampOf(folder)}`;
    const known = this.#known.get(folder.id);
    if (known?.stamp === stamp) return known.line;
    const summary = await this.#troupe.look(folder.id).catch(unreadable(folder));
    const line = lineOf(summary, life);
    this.#known.set(folder.id, { stamp, line });
    return line;
  }
}

export function lifeOf({ path }: RunFolder): RunLife {
  const owner = lockOwner(path);
  if (owner === null) return 'nobody';
  return owner.pid === process.pid ? 'here' : 'elsewhere';
}

function stampOf({ journal }: RunFolder): string {
  try {
    const { size, mtimeMs } = statSync(journal);
    return `${size} ${mtimeMs}`;
  } catch {
    return '';
  }
}

function lineOf({ view, orderedAt }: RunSummary, life: RunLife): RunLine {
  const { id, name, status, counts, total, costUsd, at, reason } = view;
  return { id, name, status, life, counts, total, costUsd, orderedAt, at, reason };
}
