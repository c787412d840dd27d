/** Where a worker does one attempt: folders of its own, and texts that name them. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import type { Assignment } from '../agents/agent.ts';
import type { Cancellation } from '../kernel/cancellation.ts';
import { removeFolder } from '../worktrees/checkout.ts';
import { changesSince, type Packed, pack } from './packing.ts';
import { ledTo, type ParcelFile, targetOf } from './parcel.ts';
import { filesOfWorktree, type GitAround, makeRepository } from './repository-files.ts';
import { type FetchPiece, unpack } from './unpacking.ts';
import type { WorkOrder } from './wire.ts';

export interface Scratch {
  /** Absolute: what stands for the run's folder. */
  readonly run: string;
  /** Absolute: where it works. */
  readonly cwd: string;
  readonly assignment: Assignment;
}

export interface ScratchPlace extends GitAround {
  /** Absolute: its own. */
  readonly folder: string;
  /** Where the worker itself works. */
  readonly base: string;
  readonly fetch: FetchPiece;
}

/** With everything that was sent in its place. */
export async function openScratch(
  order: WorkOrder,
  place: ScratchPlace,
  given: Cancellation,
): Promise<Scratch> {
  const { terms, assignment } = order;
  const { folder, base } = place;
  const { files, runFolder } = terms;
  switch (files) {
    case 'beside':
      return { run: runFolder, cwd: assignment.cwd, assignment };
    case 'none':
      return { run: folder, cwd: base, assignment: worksIn(base, assignment) };
    case 'sent':
      return makeScratch(order, place, given.signal);
    default:
      return assertNever(files);
  }
}

/** Set in a copy: to define once more what a spread has brought is slow, and each task comes by. */
function worksIn(cwd: string, assignment: Assignment): Assignment {
  const copy: Assignment & { cwd: string } = { ...assignment };
  copy.cwd = cwd;
  return copy;
}

async function makeScratch(
  order: WorkOrder,
  { folder, base, fetch, ...around }: ScratchPlace,
  signal: AbortSignal,
): Promise<Scratch> {
  await rm(folder, { recursive: true, force: true });
  const [run, own] = [join(folder, 'run'), join(folder, 'place')];
  await mkdir(run, { recursive: true });
  await mkdir(own, { recursive: true });
  const destinations = [
    { prefix: 'run', folder: run },
    { prefix: 'place', folder: own },
  ];
  await unpack(order.parcel, destinations, fetch, signal);
  if (order.terms.git) await makeRepository(own, around, signal);
  const cwd = order.terms.place === 'own' ? own : base;
  const assignment = translated(order, run, cwd);
  if (assignment.artifactsFolder !== '') {
    await mkdir(assignment.artifactsFolder, { recursive: true });
  }
  return { run, cwd, assignment };
}

/** What is to be sent back of it. */
export async function packScratch(
  { terms: { files, keeps, returns, git }, parcel, ticket }: WorkOrder,
  { run, cwd }: Scratch,
  around: GitAround,
): Promise<Packed> {
  if (files !== 'sent') return { parcel: { id: ticket, files: [] }, paths: [] };
  const folders = new Set(returns.map((begin) => dirname(`${begin}x`)));
  const { signal } = new AbortController();
  const names = git && keeps ? await filesOfWorktree(cwd, around, signal) : null;
  const place = { prefix: 'place', folder: cwd, ...(names && { names }) };
  const roots = [{ prefix: 'run', folder: run, names: [...folders] }, ...(keeps ? [place] : [])];
  const packed = await pack(ticket, roots, signal);
  const wanted = packed.parcel.files.map((file) => isWanted(file, returns));
  const changes = changesSince(parcel, only(packed, wanted), 'place');
  return keeps ? changes : only(changes, changes.parcel.files.map(isRun));
}

const isRun = ({ path }: ParcelFile): boolean => path.startsWith('run/');

/** Of the run's folder only what is asked for, and no link to anything else. */
function isWanted(file: ParcelFile, returns: readonly string[]): boolean {
  const { path, kind } = file;
  const isAsked = (each: string): boolean =>
    returns.some((begin) => each.startsWith(`run/${begin}`));
  if (!isRun(file)) return true;
  return isAsked(path) && (kind !== 'link' || isAsked(ledTo(path, targetOf(file))));
}

function only({ parcel, paths }: Packed, wanted: readonly boolean[]): Packed {
  const kept = (_: unknown, at: number): boolean => wanted[at] === true;
  return { parcel: { ...parcel, files: parcel.files.filter(kept) }, paths: paths.filter(kept) };
}

export const closeScratch = (folder: string): Promise<void> => removeFolder(folder);

/** The hub's folders have other names here. */
function translated({ assignment, terms }: WorkOrder, run: string, cwd: string): Assignment {
  const here = renaming(
    new Map([
      [terms.runFolder, run],
      [assignment.cwd, cwd],
    ]),
  );
  return {
    ...assignment,
    cwd,
    prompt: here(assignment.prompt),
    argv: assignment.argv.map(here),
    env: Object.fromEntries(
      Object.entries(assignment.env).map(([name, value]) => [name, here(value)]),
    ),
    artifactsFolder: here(assignment.artifactsFolder),
  };
}

/** In one go, so that a new name is not taken for an old one; only where a name ends there. */
function renaming(names: ReadonlyMap<string, string>): (text: string) => string {
  const longestFirst = [...names.keys()]
    .filter((name) => name !== '')
    .sort((a, b) => b.length - a.length);
  const escaped = longestFirst.map((name) => name.replace(/[^\w/]/g, '\\$&'));
  const pattern = new RegExp(`(?:${escaped.join('|')})(?![\\w-]|\\.\\w)`, 'g');
  return (text) => text.replace(pattern, (found) => names.get(found) ?? found);
}
