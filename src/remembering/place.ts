/** What the environment says of memory: where it is, whether it is wanted, and what searches. */
import { join } from 'node:path';
import type { ChromaAddress, MemoryOptions, StoreWish } from '../../memory/index.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';

type Environment = Config['environment'];

export const memoryFolder = (home: string): string => join(home, 'memory');

/** `TROUPE_MEMORY=off` remembers nothing and recalls nothing. */
export function isWanted({ TROUPE_MEMORY: word }: Environment): boolean {
  return word !== 'off';
}

export function memoryOptions({ home, environment }: Config, time: Clock): MemoryOptions {
  return {
    folder: memoryFolder(home),
    time,
    redact: patternsIn(environment),
    store: wishIn(environment),
    chroma: addressIn(environment),
  };
}

/** Patterns of a person, one a line, of what is never kept. */
export function patternsIn({ TROUPE_REDACT: lines = '' }: Environment): readonly string[] {
  return linesOf(lines);
}

const wishes: readonly string[] = ['auto', 'exact', 'chroma'] satisfies StoreWish[];

function wishIn({ TROUPE_STORE: word = 'auto' }: Environment): StoreWish {
  if (wishes.includes(word)) return word as StoreWish;
  const message = `TROUPE_STORE is "${word}", which is no store`;
  throw new UserError('memory.bad-store', message, `set it to ${wishes.join(', ')}, or unset it`);
}

/** `CHROMA_HEADERS` has one `Name: value` a line. */
function addressIn(environment: Environment): ChromaAddress | null {
  const { CHROMA_URL: url, CHROMA_HEADERS: headers = '' } = environment;
  const { CHROMA_TENANT: tenant, CHROMA_DATABASE: database } = environment;
  if (!url) return null;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    const message = `CHROMA_URL is "${url}", which is no address of a server`;
    const hint = 'write it as https://chroma.example.org:8000';
    throw new UserError('memory.bad-address', message, hint);
  }
  return {
    url,
    headers: Object.fromEntries(linesOf(headers).map(headerOf)),
    ...(tenant ? { tenant } : {}),
    ...(database ? { database } : {}),
  };
}

function headerOf(line: string): readonly [string, string] {
  const at = line.indexOf(':');
  if (at > 0) return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  // Its value may be a secret: it is not repeated.
  const message = 'a line of CHROMA_HEADERS has no ":"';
  throw new UserError('memory.bad-header', message, 'write each as "Name: value"');
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
