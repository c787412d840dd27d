/** What an attempt came to: never by the agent's word alone, and every ending classified. */
import type { Fault } from '../../machines/outcome.ts';
import type { Dialect, Settings } from './command-line/dialect.ts';
import { cancelled, exited, killed, lastWords, timedOut } from './faults.ts';
import type { Testimony } from './listening/testimony.ts';
import type { Ended } from './processes/process.ts';
import { faultOf, type Trouble, trouble, troubleFrom } from './trouble.ts';

export interface Case {
  readonly dialect: Pick<Dialect, 'program' | 'hintFor'>;
  readonly settings: Settings;
  readonly ended: Ended;
  readonly told: Testimony;
  /** Why we ended it; null when we did not. */
  readonly stopped: Trouble | null;
  /** The session that it was to go on with; null for a new one. */
  readonly asked: string | null;
  readonly timeoutMs: number;
}

export type Verdict =
  | { readonly kind: 'well' }
  | { readonly kind: 'ill'; readonly fault: Fault }
  | { readonly kind: 'troubled'; readonly trouble: Trouble; readonly fault: Fault };

/**
 * Well: exit 0, the end of the turn was seen, it named no trouble, and nothing was denied.
 * Whether it also did something, and the right thing, is for others to say.
 */
export function judge(given: Case): Verdict {
  const { ended, told, stopped, timeoutMs } = given;
  switch (ended.ending.kind) {
    case 'cancelled':
      return stopped === null ? ill(cancelled()) : troubled(stopped, given);
    case 'timed-out':
      return ill(timedOut(timeoutMs));
    case 'faulted':
      return ill(ended.ending.fault);
    case 'killed':
    case 'exited': {
      const found = told.ended?.trouble ?? denialOf(told) ?? troubleOfEnd(given);
      if (found !== null) return troubled(found, given);
      return isOver(given) ?? { kind: 'well' };
    }
  }
}

const ill = (fault: Fault): Verdict => ({ kind: 'ill', fault });

function troubled(found: Trouble, { dialect, settings }: Case): Verdict {
  const fault = faultOf(found, dialect.hintFor(found, settings));
  return { kind: 'troubled', trouble: found, fault };
}

export function denialOf({ denials }: Testimony): Trouble | null {
  const [first] = denials;
  if (first === undefined) return null;
  const [tool, reason] = first;
  const more = denials.size > 1 ? ` and ${denials.size - 1} more` : '';
  const why = reason === '' ? '' : `: ${reason}`;
  return trouble('permission', `it was not allowed to use ${tool}${more}${why}`);
}

/** A program that failed without a word on stdout: what it said beside it, or kept trying. */
function troubleOfEnd({ ended: { ending, stderr }, told, asked }: Case): Trouble | null {
  if (ending.kind !== 'exited' || ending.exitCode === 0 || told.ended !== null) return null;
  if (told.failing !== null) return told.failing;
  const words = lastWords(stderr.tail);
  const said = troubleFrom(words);
  if (said.kind !== 'malformed') return said;
  // However it words that it knows no such session: it has not even opened one.
  return asked !== null && told.session === null ? trouble('session-lost', words) : null;
}

/** What is left to go wrong once nobody has named a trouble. */
function isOver({ dialect, ended: { ending, stderr }, told }: Case): Verdict | null {
  if (ending.kind === 'killed') return ill(killed(dialect.program, ending.signal, stderr.tail));
  if (ending.kind === 'exited' && ending.exitCode !== 0) {
    return ill(exited(dialect.program, ending.exitCode, stderr.tail));
  }
  if (told.ended === null) return ill(faultOf(trouble('malformed', untold(dialect.program))));
  return null;
}

const untold = (program: string): string =>
  `${program} exited 0 without saying how its turn ended: its stream was cut, ` +
  'or is no longer the one that this adapter knows';
