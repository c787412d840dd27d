/** The same seven waves as bare promises and timers: what a timer itself adds to 700 ms. */
import { setTimeout as sleep } from 'node:timers/promises';
import { criticalPathMs, waves } from '../lib/waves.mjs';

export async function run() {
  const start = performance.now();
  for (const size of waves) await Promise.all(Array.from({ length: size }, () => sleep(100)));
  return { overMs: performance.now() - start - criticalPathMs };
}
