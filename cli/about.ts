/** What our package says of itself, for `--version` and for whoever wants to report a bug. */
import { createRequire } from 'node:module';

interface About {
  readonly version: string;
  readonly bugs?: { readonly url?: string };
}

/** By its own name: that works from the sources, from the built files and from a bundle. */
export function readAbout(): About {
  return createRequire(import.meta.url)('troupe/package.json');
}
