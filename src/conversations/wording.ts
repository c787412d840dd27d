/** What each entry of a conversation says, for a person: who, and the words. */
import type { Usage } from '../../machines/outcome.ts';
import { duration } from '../runs/report.ts';
import type { Ending, Entry, Heading } from './entry.ts';

export interface Speech {
  readonly who:
    | 'prompt'
    | 'says'
    | 'thinks'
    | 'calls'
    | 'result'
    | 'out'
    | 'err'
    | 'account'
    | 'used'
    | 'trouble'
    | 'session'
    | 'cut'
    | 'begins'
    | 'ends';
  readonly text: string;
}

/** Null for what only machines care for. */
export function speechOf(entry: Entry): Speech | null {
  switch (entry.type) {
    case 'conversation.begun':
      return { who: 'begins', text: headline(entry) };
    case 'conversation.ended':
      return { who: 'ends', text: conclusion(entry) };
    case 'prompt.given':
      return { who: 'prompt', text: entry.text };
    case 'text.written':
      return { who: 'says', text: entry.text };
    case 'thought.told':
      return entry.text.trim() === '' ? null : { who: 'thinks', text: entry.text };
    case 'tool.called':
      return { who: 'calls', text: `${entry.tool} ${entry.input}` };
    case 'tool.ended':
      return entry.how === 'succeeded' ? null : { who: 'result', text: entry.how };
    case 'agent.said':
      return { who: entry.stream === 'stdout' ? 'out' : 'err', text: entry.text };
    default:
      return asideOf(entry);
  }
}

function asideOf(entry: Entry): Speech | null {
  switch (entry.type) {
    case 'permission.asked':
      return { who: 'trouble', text: `${entry.tool} was not allowed: ${entry.reason}` };
    case 'permission.requested':
      return { who: 'trouble', text: `may it use ${entry.tool}? ${entry.input}` };
    case 'permission.answered':
      return { who: 'trouble', text: `${entry.by}: ${entry.answer} ${entry.tool}` };
    case 'rate.limited':
      return { who: 'trouble', text: entry.message };
    case 'request.failed':
      return { who: 'trouble', text: entry.trouble.message };
    case 'turn.ended':
      return entry.trouble && { who: 'trouble', text: entry.trouble.message };
    case 'usage.counted':
      return { who: 'used', text: usageText(entry.usage) };
    case 'session.opened':
      return { who: 'session', text: [entry.session, entry.model ?? ''].join(' ').trim() };
    case 'account.leased':
      return { who: 'account', text: entry.account };
    case 'account.warned':
      return { who: 'account', text: `${entry.account} has spent four fifths of its money` };
    case 'words.cut':
      return { who: 'cut', text: cutText(entry.what, entry.rest) };
    default:
      return null;
  }
}

function cutText(what: string, rest: string | null): string {
  const where = rest === null ? '' : `; all of it is in ${rest}`;
  return `${what} is longer than what is kept here${where}`;
}

export function usageText({ inputTokens, outputTokens, costUsd }: Usage): string {
  const cost = costUsd === null ? 'at an unknown price' : `$${costUsd.toFixed(4)}`;
  return `${inputTokens} tokens in, ${outputTokens} out, ${cost}`;
}

export function headline({ task, attempt, agent, adapter, cwd }: Heading): string {
  return `${task}, attempt ${attempt}, by ${agent} (${adapter}) in ${cwd}`;
}

export function conclusion({ outcome, fault, durationMs, usage, texts, calls }: Ending): string {
  const why = fault === null ? '' : `: ${fault.message}`;
  const end = `${outcome} after ${duration(durationMs)}${why}`;
  // A program that speaks no protocol says nothing of itself.
  const isMute = texts + calls + usage.inputTokens + usage.outputTokens === 0;
  return isMute ? end : `${end} (${texts} texts, ${calls} calls, ${usageText(usage)})`;
}
