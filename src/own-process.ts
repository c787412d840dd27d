/** Processes of our own beside this one: where the bundles keep what they run, and their end. */
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Clock, sleep } from './kernel/clock.ts';

/** Null where only sources are. */
export function bundledFile(name: string): string | null {
  const places = [`../${name}`, `../cli/${name}`];
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** It was asked to end: it is waited for so long, then killed; nothing of it is left after this. */
export async function gone(child: ChildProcess, patienceMs: number, clock: Clock): Promise<void> {
  // Without a number it was never there.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const given = new AbortController();
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      given.abort();
      resolve();
    });
  });
  // Whoever waits for it must not end before it.
  child.ref();
  await Promise.race([exited, sleep(clock, patienceMs, given.signal)]);
  child.kill('SIGKILL');
  await exited;
}
