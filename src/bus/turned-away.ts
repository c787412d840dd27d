/** Why a hub could not be joined, in words; and whether it makes sense to try again. */
import { isUserError, UserError } from '../kernel/user-error.ts';
import { closings } from './greeting.ts';

/** Whoever was refused is refused again: only a person can do something about it. */
export const isFinal = (error: unknown): error is UserError =>
  isUserError(error) && (error.code === 'bus.refused' || error.code === 'bus.version');

/** As the request to come in was answered: a status of HTTP, or no answer at all. */
export function notReached(url: string, why: string): UserError {
  if (/\b401\b/.test(why)) {
    const hint = 'the token is wrong or revoked, or the name is taken; see: troupe token list';
    return new UserError('bus.refused', `the bus at ${url} lets nobody in with this token`, hint);
  }
  const isStrange = /certificate|self.signed/i.test(why);
  const hint = isStrange
    ? 'give it the --pin that its hub prints'
    : 'look whether a hub runs there';
  return new UserError('bus.unreachable', `no bus at ${url}: ${why}`, hint);
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
