/** A clock that is wrong by minutes, for one process and what it starts. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const minuteMs = 60_000;

/** What its environment says: to libfaketime where the machine has it, else to Node alone. */
export function clockOffBy(minutes: number): Readonly<Record<string, string>> {
  const library = libraryAt('/usr/lib');
  if (library === null) return { NODE_OPTIONS: `--import=${preload(minutes * minuteMs)}` };
  return {
    LD_PRELOAD: library,
    FAKETIME: `${minutes < 0 ? '' : '+'}${minutes}m`,
    // A clock that is set wrong counts durations like any other.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

function libraryAt(folder: string): string | null {
  if (process.platform !== 'linux') return null;
  const paths = readdirSync(folder).map((name) => join(folder, name, 'faketime/libfaketime.so.1'));
  return paths.find((path) => existsSync(path)) ?? null;
}

function preload(offMs: number): string {
  const code = `const Real = Date; const now = () => Real.now() + ${offMs};
    globalThis.Date = class Date extends Real {
      constructor(...words) { if (words.length) super(...words); else super(now()); }
      static now() { return now(); }
    };`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
