/** Takes keys out of a stream as it passes, also those that two pieces share. */

const mark = '[redacted]';
const hidden = Buffer.from(mark);
/** Shorter ones are no keys, and would take letters out of every word. */
const secretMinBytes = 6;
/** Names of variables whose values nobody may keep; every attempt's program is told of them. */
const secretsVariable = 'TROUPE_SECRETS';

/** To be put beside the variables that are named. */
export function secretsMarked(names: readonly string[]): Readonly<Record<string, string>> {
  return names.length === 0 ? {} : { [secretsVariable]: names.join(',') };
}

export function secretsIn(variables: Readonly<Record<string, string>>): readonly string[] {
  const names = (variables[secretsVariable] ?? '').split(',');
  const values = names.map((name) => variables[name] ?? '');
  return [...new Set(values)].filter((value) => Buffer.byteLength(value) >= secretMinBytes);
}

export class Scrub {
  /** The longest first: one may begin as another one does. */
  readonly #secrets: readonly Buffer[];
  /** What may be the beginning of a secret. */
  #held: Buffer = Buffer.alloc(0);

  constructor(secrets: readonly string[]) {
    const bytes = secrets.map((secret) => Buffer.from(secret));
    this.#secrets = bytes.sort((one, other) => other.length - one.length);
  }

  push(chunk: Buffer): Buffer {
    if (this.#secrets.length === 0) return chunk;
    const whole = this.#replaced(Buffer.concat([this.#held, chunk]));
    const keptBytes = this.#begun(whole);
    this.#held = whole.subarray(whole.length - keptBytes);
    return whole.subarray(0, whole.length - keptBytes);
  }

  /** What was held back turned out to be no secret. */
  end(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }

  #replaced(bytes: Buffer): Buffer {
    const pieces: Buffer[] = [];
    let from = 0;
    for (let found = this.#next(bytes, from); found; found = this.#next(bytes, from)) {
      pieces.push(bytes.subarray(from, found.at), hidden);
      from = found.at + found.length;
    }
    return pieces.length === 0 ? bytes : Buffer.concat([...pieces, bytes.subarray(from)]);
  }

  #next(bytes: Buffer, from: number) {
    const found = this.#secrets
      .map((secret) => ({ at: bytes.indexOf(secret, from), length: secret.length }))
      .filter(({ at }) => at >= 0);
    return found.sort((one, other) => one.at - other.at)[0];
  }

  /** How many bytes at the end may go on to be a secret. */
  #begun(bytes: Buffer): number {
    const longest = this.#secrets[0]?.length ?? 0;
    const startFrom = Math.max(0, bytes.length - longest + 1);
    for (let start = startFrom; start < bytes.length; start += 1) {
      const end = bytes.subarray(start);
      if (this.#secrets.some((secret) => secret.subarray(0, end.length).equals(end))) {
        return end.length;
      }
    }
    return 0;
  }
}
