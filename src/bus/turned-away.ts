/** Why a hub could not be joined, in words; and whether it makes sense to try again. */
import { isUserError, UserError } from '../kernel/user-error.ts';
import { closings } from './greeting.ts';

/** Whoever was refused is refused again: only a person can do something about it. */
export const isFinal = (error: unknown): error is UserError =>
  isUserError(error) && (error.code === 'bus.refused' || error.code === 'bus.version');

/** As the request to come in was answered: a status of HTTP, or no answer at all. */
export function notReached(url: string, why: string): UserError {
  if (/\b401\b/.test(why)) {
    const hint = 'it is wrong, over or revoked, or its name is taken; see: troupe token list';
    return new UserError('bus.refused', `the bus at ${url} lets nobody in with this token`, hint);
  }
  const isBare = /wrong version number|packet length too long/i.test(why);
  const said = isBare ? 'it does not speak TLS' : why;
  return new UserError('bus.unreachable', `no bus at ${url}: ${said}`, whatToDo(url, said));
}

function whatToDo(url: string, why: string): string {
  if (/to be pinned/.test(why)) return 'a hub with TLS is joined by wss://; else leave out the pin';
  if (/is another one/.test(why)) return 'look which --pin its hub prints, or who answers there';
  if (/certificate|self.signed/i.test(why)) return 'give it the --pin that its hub prints';
  if (/not speak TLS/.test(why)) return 'a hub without TLS is joined by ws://';
  if (/hang up/.test(why) && url.startsWith('ws://')) return 'a hub with TLS is joined by wss://';
  if (/\b503\b/.test(why)) return 'it lets nobody in at present: try again, or look at the hub';
  if (/response: \d/.test(why)) return 'something else listens there: join what the hub prints';
  return 'look whether a hub runs there';
}

/** As the socket was closed before anything was said. */
export function closedAtOnce(url: string, code: number): UserError {
  switch (code) {
    case closings.refused: {
      const hint = 'join under another name, or wait for the one that has it to leave';
      return new UserError('bus.refused', `the bus at ${url} refuses this name or session`, hint);
    }
    case closings.version:
      return otherVersion(url);
    default:
      return notReached(url, `it closed the connection (${code})`);
  }
}

export function otherVersion(url: string): UserError {
  const hint = 'use the same Troupe on both sides';
  return new UserError('bus.version', `the bus at ${url} speaks another version`, hint);
}
