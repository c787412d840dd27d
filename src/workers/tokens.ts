/**
 * Who may join the hubs of a home: tokens, of which only hashes are kept.
 *
 * Owns: the list, and what was last read of it. Invariants:
 * - a token is shown once, when it is made, and can't be told from what is kept;
 * - one that has run out, or was revoked, lets nobody in;
 * - one writer at a time, and readers see the old list or the new one;
 * - each list is a file of its own, so that one that was read need not be read again;
 * - that it can't be read is news once, and so is that it can be read again.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { takeLock } from '../journal/lock.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';
import { ensureFolder, writeWhole } from '../runs/disk.ts';

/** What somebody may do who has it. */
export type TokenRole = 'worker';

const entrySchema = z.strictObject({
  id: z.string().min(1),
  role: z.literal('worker'),
  sha256: z.string().length(64),
  createdAtMs: z.number(),
  /** Null: it does not run out. */
  expiresAtMs: z.number().nullable(),
  revokedAtMs: z.number().nullable(),
});
const listSchema = z.strictObject({ tokens: z.array(entrySchema) });
type Entry = z.infer<typeof entrySchema>;

/** All that may be shown of one. */
export interface TokenView {
  readonly id: string;
  readonly role: TokenRole;
  readonly state: 'valid' | 'expired' | 'revoked';
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
}

export interface NewToken {
  readonly role: TokenRole;
  /** Null: until it is revoked. */
  readonly ttlMs: number | null;
}

/** What whoever lets workers in has to know: as long as it can't be read, nobody new comes in. */
export type TokenNews =
  | { readonly type: 'tokens.unreadable'; readonly message: string; readonly hint: string }
  | { readonly type: 'tokens.readable' };

const tokensMax = 10_000;
const secretCharacters = 40;
const lockTriesMax = 200;
const lockPauseMs = 25;

export class TokenDesk {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onNews: (news: TokenNews) => void;
  #known: { readonly stamp: string; readonly entries: readonly Entry[] } | null = null;
  #state: 'readable' | 'unreadable' = 'readable';

  constructor(
    home: string,
    clock: Clock,
    random: Random,
    onNews: (news: TokenNews) => void = () => {},
  ) {
    this.#folder = join(home, 'tokens');
    this.#clock = clock;
    this.#random = random;
    this.#onNews = onNews;
  }

  /** The token itself is nowhere else. */
  async create({
    role,
    ttlMs,
  }: NewToken): Promise<{ readonly id: string; readonly token: string }> {
    const id = randomName(this.#random, 8);
    const token = `troupe_${id}_${randomName(this.#random, secretCharacters)}`;
    const createdAtMs = this.#clock.now();
    const expiresAtMs = ttlMs === null ? null : createdAtMs + ttlMs;
    const entry = { id, role, sha256: hashOf(token), createdAtMs, expiresAtMs, revokedAtMs: null };
    await this.#change((entries) => {
      if (entries.length >= tokensMax) throw full();
      return [...entries, entry];
    });
    return { id, token };
  }

  list(): readonly TokenView[] {
    return this.#read().map((entry) => {
      const { id, role, createdAtMs, expiresAtMs } = entry;
      return { id, role, state: this.#stateOf(entry), createdAtMs, expiresAtMs };
    });
  }

  async revoke(id: string): Promise<void> {
    const revokedAtMs = this.#clock.now();
    await this.#change((entries) => {
      if (!entries.some((entry) => entry.id === id)) throw unknown(id);
      return entries.map((entry) => (entry.id === id ? { ...entry, revokedAtMs } : entry));
    });
  }

  /** The id of a token that is valid now; null for any other text. */
  check(token: string): string | null {
    if (!/^troupe_[0-9a-z]+_[0-9a-z]+$/.test(token)) return null;
    const sha256 = hashOf(token);
    const found = this.#read().find((entry) => entry.sha256 === sha256);
    return found && this.#stateOf(found) === 'valid' ? found.id : null;
  }

  isValid(id: string): boolean {
    const found = this.#read().find((entry) => entry.id === id);
    return found !== undefined && this.#stateOf(found) === 'valid';
  }

  #stateOf({ revokedAtMs, expiresAtMs }: Entry): TokenView['state'] {
    if (revokedAtMs !== null) return 'revoked';
    return expiresAtMs !== null && expiresAtMs <= this.#clock.now() ? 'expired' : 'valid';
  }

  get #file(): string {
    return join(this.#folder, 'list.json');
  }

  #read(): readonly Entry[] {
    try {
      const entries = this.#look();
      if (this.#state === 'unreadable') this.#onNews({ type: 'tokens.readable' });
      this.#state = 'readable';
      return entries;
    } catch (error) {
      const trouble = isUserError(error) ? error : unreadable(error);
      const { message, hint } = trouble;
      if (this.#state === 'readable') this.#onNews({ type: 'tokens.unreadable', message, hint });
      this.#state = 'unreadable';
      throw trouble;
    }
  }

  /** Every worker's token is looked up at every beat: the same list is parsed once. */
  #look(): readonly Entry[] {
    const stat = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    if (!stat) return [];
    const stamp = `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
    if (this.#known?.stamp !== stamp) this.#known = { stamp, entries: this.#parse() };
    return this.#known.entries;
  }

  #parse(): readonly Entry[] {
    const read = listSchema.safeParse(parsed(readFileSync(this.#file, 'utf8')));
    if (read.success) return read.data.tokens;
    const hint = 'mend it; or move it away, and make new tokens';
    throw new UserError('token.unreadable', `${this.#file} is no list of tokens`, hint);
  }

  async #change(change: (entries: readonly Entry[]) => readonly Entry[]): Promise<void> {
    ensureFolder(this.#folder);
    const lock = await this.#lock();
    try {
      const tokens = change(this.#read());
      writeWhole(this.#file, `${JSON.stringify({ tokens }, null, 2)}\n`, {
        mode: 0o600,
        flush: true,
      });
    } finally {
      lock.release();
    }
  }

  async #lock() {
    for (let tries = 1; ; tries += 1) {
      try {
        return takeLock(this.#folder);
      } catch (error) {
        if (!isUserError(error) || tries >= lockTriesMax) throw error;
        await sleep(this.#clock, lockPauseMs);
      }
    }
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unreadable(error: unknown): UserError {
  const message = `the list of tokens can't be read: ${(error as Error).message}`;
  const hint = 'make tokens as the user whose hub it is, and in the same home';
  return new UserError('token.unreadable', message, hint);
}

function unknown(id: string): UserError {
  return new UserError('token.unknown', `there is no token ${id}`, 'see: troupe token list');
}

function full(): UserError {
  const message = `there are ${tokensMax} tokens`;
  return new UserError('token.too-many', message, 'remove tokens/list.json in the home');
}
