/**
 * How addresses are subjects of NATS. Pure.
 *
 * Messages go by channel, the first two parts of an address: `run/7f3/task/12` by `run.7f3`. So
 * what one node says to the many actors of another goes together, and servers send nobody what is
 * not for them.
 */
import { createHash } from 'node:crypto';

const channelParts = 2;
const partCharactersMax = 80;

/** The channel that carries an address. */
export function channelOf(address: string): string {
  return address.split('/', channelParts).map(token).join('.');
}

/** What a pattern must hear of all channels; its own server sorts out the rest. */
export function filterOf(pattern: string): string {
  if (!pattern.endsWith('/*')) return channelOf(pattern);
  const parts = pattern.slice(0, -2).split('/');
  return parts.length < channelParts ? `${parts.map(token).join('.')}.>` : channelOf(pattern);
}

/** The filters under which a channel can be heard: its own, and that of everything above it. */
export function filtersFor(channel: string): readonly string[] {
  const dot = channel.indexOf('.');
  return dot < 0 ? [channel] : [channel, `${channel.slice(0, dot)}.>`];
}

/** An address of its own, for questions. */
export function placeOf(address: string): string {
  return address.split('/').map(token).join('.');
}

/** Any text as one part of a subject; a long one by its hash, which is as good as unique. */
export function token(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9_-]/gu, escaped);
  if (plain !== '' && plain.length <= partCharactersMax) return plain;
  return `=${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}

const escaped = (character: string): string => `=${character.codePointAt(0)?.toString(16)}=`;
