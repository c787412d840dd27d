/** Makes Chroma run on this machine: the copy it may need, and a trial of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromaFolderIn } from '../finder.ts';
import type { Time } from '../time.ts';
import { findBinding, setUp } from './binding.ts';
import { librariesIn } from './choice.ts';
import { startServer } from './server.ts';

export interface ChromaState {
  readonly kind: 'ready' | 'needs-setup' | 'missing';
  /** Why it can not run as it is; empty when it can. */
  readonly why: string;
}

/** `folder` is that of memory. */
export function chromaState(folder: string): ChromaState {
  const binding = findBinding(librariesIn(chromaFolderIn(folder)));
  switch (binding.kind) {
    case 'ready':
      return { kind: 'ready', why: '' };
    case 'too-new':
      return { kind: 'needs-setup', why: binding.why };
    case 'missing':
      return { kind: 'missing', why: binding.why };
  }
}

/** Answers what was done; rejects, and leaves no copy, when the server does not run with it. */
export async function setUpChroma(folder: string, time: Time): Promise<string> {
  const libraries = librariesIn(chromaFolderIn(folder));
  const before = findBinding(libraries);
  const path = setUp(libraries);
  try {
    await tryServer(path, time);
  } catch (error) {
    if (before.kind === 'too-new') rmSync(path, { force: true });
    throw error;
  }
  if (before.kind !== 'too-new') return `Chroma runs here as it is: ${path}`;
  return `${before.why}: a copy that runs here was made, and tried: ${path}`;
}

async function tryServer(library: string, time: Time): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-chroma-'));
  try {
    const server = await startServer(library, folder, time);
    await server.end();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
