/** The files of the page, read once when they are asked for first. */

import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  readonly body: Buffer;
  readonly type: string;
  /** Its name holds its hash: it never changes. */
  readonly isFixed: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Plain names only: no path leads out of the folder. */
const namePattern = /^(?:assets\/)?[\w-]+(?:\.[\w-]+)*\.(?:html|js|css|svg|txt)$/;

export class Pages {
  readonly #folder: string;
  readonly #files = new Map<string, PageFile>();

  constructor(folder: string = builtPages()) {
    this.#folder = folder;
  }

  /** Null when there is no such file. */
  async file(path: string): Promise<PageFile | null> {
    const name = path === '/' ? 'index.html' : path.slice(1);
    const known = this.#files.get(name);
    if (known) return known;
    if (!namePattern.test(name)) return null;
    const body = await readFile(join(this.#folder, name)).catch(() => null);
    if (body === null) return null;
    const isFixed = name.startsWith('assets/');
    const file = { body, type: types[extname(name)] ?? 'text/plain', isFixed };
    this.#files.set(name, file);
    return file;
  }
}

/** Beside the bundle, or where a build of the sources puts it. */
function builtPages(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < 4; up += 1) {
    const about = join(folder, 'package.json');
    const isOurs = existsSync(about) && JSON.parse(readFileSync(about, 'utf8')).name === 'troupe';
    if (isOurs) return join(folder, 'dist/dashboard');
    folder = dirname(folder);
  }
  return join(folder, 'dashboard');
}
