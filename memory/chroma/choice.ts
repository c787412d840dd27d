/** Which index searches the vectors, and why: in words for a person. */
import { join } from 'node:path';
import { MemoryMistake, messageOf } from '../errors.ts';
import type { Time } from '../time.ts';
import { findBinding } from './binding.ts';
import type { ChromaAddress } from './chroma-index.ts';
import { findHost, type Host, openHost } from './host.ts';
import { isAlive } from './server.ts';

/** `auto` takes a server that runs, and starts one only where that pays. */
export type StoreWish = 'auto' | 'exact' | 'chroma';

export type Choice =
  | { readonly kind: 'exact'; readonly why: string }
  | {
      readonly kind: 'chroma';
      readonly why: string;
      readonly address: ChromaAddress;
      /** Null for one that is not ours to look after. */
      readonly host: Host | null;
    };

export interface ChoiceOptions {
  readonly wish: StoreWish;
  /** Where the server of this home keeps what it has, and copies of its library. */
  readonly folder: string;
  /** One that somebody else runs; null when none is named. */
  readonly address: ChromaAddress | null;
  /** How many tasks are remembered. */
  readonly count: number;
  /** Whether the process stays: for one question no server is started. */
  readonly lives: 'short' | 'long';
  readonly time: Time;
}

/** Up to so many, to look at all of them takes no longer than to ask a server. */
const exactMax = 10_000;

export async function choose(options: ChoiceOptions): Promise<Choice> {
  const { wish, address, folder } = options;
  if (wish === 'exact') return { kind: 'exact', why: 'you asked for it' };
  if (address) return chooseGiven(address, wish);
  const host = await findHost(folder);
  if (host) return chosen(host, 'the server of this home runs');
  return wish === 'chroma' ? startAsked(options) : chooseByNeed(options);
}

export const librariesIn = (folder: string): string => join(folder, 'libraries');

async function chooseGiven(address: ChromaAddress, wish: StoreWish): Promise<Choice> {
  const why = 'CHROMA_URL names it';
  if (await isAlive(address.url, address.headers)) {
    return { kind: 'chroma', why, address, host: null };
  }
  const message = `the Chroma server at ${address.url} does not answer`;
  if (wish === 'auto') return { kind: 'exact', why: message };
  throw new MemoryMistake('memory.no-server', message, 'start it, or unset CHROMA_URL');
}

async function startAsked(options: ChoiceOptions): Promise<Choice> {
  const { folder, time } = options;
  const binding = findBinding(librariesIn(folder));
  if (binding.kind !== 'ready') {
    const hint = binding.kind === 'too-new' ? 'see: troupe memory setup' : 'set CHROMA_URL';
    throw new MemoryMistake('memory.no-chroma', binding.why, hint);
  }
  return chosen(await openHost(binding.path, folder, time), 'you asked for it');
}

async function chooseByNeed(options: ChoiceOptions): Promise<Choice> {
  const { count, lives, folder, time } = options;
  if (count <= exactMax) {
    return { kind: 'exact', why: `to look at all of ${count} is as fast as a server` };
  }
  const binding = findBinding(librariesIn(folder));
  if (binding.kind === 'too-new') {
    return { kind: 'exact', why: `${binding.why}: troupe memory setup makes it run` };
  }
  if (binding.kind === 'missing') return { kind: 'exact', why: binding.why };
  if (lives === 'short') return { kind: 'exact', why: 'for one question no server is started' };
  try {
    return chosen(await openHost(binding.path, folder, time), `${count} tasks are remembered`);
  } catch (error) {
    return { kind: 'exact', why: messageOf(error) };
  }
}

function chosen(host: Host, why: string): Choice {
  return { kind: 'chroma', why, address: { url: host.url, headers: {} }, host };
}
