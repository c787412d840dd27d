/** Opens memory as a home and its environment want it. */
import { type Memory, type MemoryOptions, openEmbedder, openMemory } from '../../memory/index.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { embedderWish } from './embedder-wish.ts';
import { memoryOptions } from './place.ts';

export async function openMemoryOf(
  config: Config,
  clock: Clock,
  more: Partial<MemoryOptions> = {},
): Promise<Memory> {
  const embedder = await openEmbedder(await embedderWish(config, clock), clock);
  return openMemory({ ...memoryOptions(config, clock), ...(embedder && { embedder }), ...more });
}
