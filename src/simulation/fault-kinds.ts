/** Every way in which a simulated world can go wrong, how often it does when asked for all. */

interface FaultKindFacts {
  /** The share of its occasions at which it strikes under `all`. */
  readonly rate: number;
  /** What an occasion is, and what happens then. */
  readonly says: string;
}

export const faultKinds = {
  crash: { rate: 0.04, says: 'an attempt: its agent crashes on the way' },
  hang: { rate: 0.02, says: 'an attempt: it gives no answer until its timeout' },
  silence: { rate: 0.01, says: 'an attempt: nothing more is heard, not even at its timeout' },
  garbage: { rate: 0.02, says: 'an attempt: it claims success and prints noise' },
  flood: { rate: 0.01, says: 'an attempt: it prints 100 MB' },
  lie: { rate: 0.03, says: 'an attempt: it claims success and has done nothing' },
  schema: { rate: 0.02, says: 'an attempt: its answer has the wrong schema' },
  slow: { rate: 0.03, says: 'an attempt: it takes up to twenty times as long' },
  limit: { rate: 0.02, says: 'an attempt: a rate limit that says when it ends' },
  'limit-blind': { rate: 0.01, says: 'an attempt: a rate limit that does not say when it ends' },
  start: { rate: 0.01, says: 'a start of an agent: its program can not work, or hangs' },
  check: { rate: 0.01, says: 'the checks of an attempt: they break, or hang' },
  lost: { rate: 0.01, says: 'a report of an agent: it never arrives' },
  duplicate: { rate: 0.05, says: 'a report of an agent: it arrives twice' },
  reorder: { rate: 0.05, says: 'a report of an agent: a later one overtakes it' },
  delay: { rate: 0.05, says: 'a report of an agent: it is on its way for up to a minute' },
  cut: { rate: 0.01, says: 'an attempt: the node of its agent is cut off for a while' },
  kill: { rate: 0.01, says: 'a record of the journal: the runtime is killed' },
  stop: { rate: 0.003, says: 'a record of the journal: the runtime is stopped gently' },
  full: { rate: 0.002, says: 'a write to the disk: it is full' },
  'slow-disk': { rate: 0.02, says: 'a write to the disk: it takes up to two seconds' },
  torn: { rate: 0.3, says: 'a kill: the last write is torn' },
  reject: { rate: 0.05, says: 'a task that asks a person: it is rejected' },
  takeover: { rate: 0.01, says: 'an attempt: a person takes its task over, and hands it back' },
  cancel: { rate: 0.005, says: 'an attempt: a person calls its task off meanwhile' },
} as const satisfies Readonly<Record<string, FaultKindFacts>>;

export type FaultKind = keyof typeof faultKinds;

export const faultNames = Object.keys(faultKinds) as readonly FaultKind[];

export function isFaultKind(name: string): name is FaultKind {
  return Object.hasOwn(faultKinds, name);
}
