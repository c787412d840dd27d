/** Where the bundles keep what memory runs in processes of its own. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Null where only sources are. */
export function bundledFile(name: string): string | null {
  const places = [`../${name}`, `../cli/${name}`];
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? null;
}
