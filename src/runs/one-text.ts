/** Files on their way to another thread, as one text: objects would take longer to hand over. */
import type { Draft } from './disk.ts';

/** In no path, and in JSON only as an escape. */
const between = '\0';

export const inOneText = (drafts: readonly Draft[]): string =>
  drafts.map(({ path, text }) => `${path}${between}${text}`).join(between);

export function fromOneText(packed: string): readonly Draft[] {
  const parts = packed.split(between);
  const paths = parts.filter((_, at) => at % 2 === 0);
  return paths.map((path, at) => ({ path, text: parts[at * 2 + 1] as string }));
}
