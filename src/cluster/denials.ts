/** What servers do not let their user do, and the rule that would allow it. Pure. */
import type { Denied } from '../bus/nats/connection.ts';

/** What each rule begins with stays; the rest, which is new every time, becomes `>`. */
const beginnings = [
  /^\$JS\.API\.(?:STREAM|CONSUMER|DIRECT)(?:\.[A-Z]+)+\.[\w-]+/,
  /^\$KV\.[\w-]+(?:\.worker\.[^.]+)?/,
  /^\$O\.[\w-]+/,
  /^\$JS\.ACK\.[\w-]+/,
  /^_INBOX/,
  /^[\w-]+\.bus\.[^.]+/,
  /^[\w-]+\.ask(?:\.node\.[^.]+)?/,
];

/** As it is written in a configuration. */
export function ruleFor(subject: string): string {
  for (const beginning of beginnings) {
    const [begin] = beginning.exec(subject) ?? [];
    if (begin !== undefined) return begin === subject ? subject : `${begin}.>`;
  }
  return subject;
}

/** Each once, in the order in which they came. */
export function deniedWords(denied: readonly Denied[]): { found: string; fix: string } {
  const rules = new Map(denied.map((each) => [`${each.what} "${ruleFor(each.subject)}"`, each]));
  const [first] = denied;
  const more = rules.size > 1 ? `, nor ${rules.size - 1} more` : '';
  const found = `this user may not ${verbFor(first)} ${first?.subject ?? ''}${more}`;
  const makes = denied.find(({ subject }) => subject.startsWith('$JS.API.STREAM.CREATE.'));
  const fix = makes
    ? 'it is made by the first node that joins: troupe serve --nats ..., or run'
    : `allow in nats-server.conf: ${[...rules.keys()].join(', ')}`;
  return { found, fix };
}

const verbFor = (denied: Denied | undefined): string =>
  denied?.what === 'subscribe' ? 'listen to' : 'say anything to';
