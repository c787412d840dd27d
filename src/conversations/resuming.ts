/** How a person goes on with an agent's session: the agent's own command, and where to type it. */
import { existsSync } from 'node:fs';
import { UserError } from '../kernel/user-error.ts';
import type { Conversation } from './conversation.ts';

export interface Resumption {
  /** Absolute. */
  readonly cwd: string;
  readonly argv: readonly string[];
}

const commands: Readonly<Record<string, (session: string) => readonly string[]>> = {
  claude: (session) => ['claude', '--resume', session],
  codex: (session) => ['codex', 'resume', session],
  gemini: (session) => ['gemini', '--resume', session],
  opencode: (session) => ['opencode', '--session', session],
};

/** Whatever an agent calls its session, a shell must not take it for more than a word. */
const plainName = /^\w[\w.:-]*$/;

/** `opened`: the session that it told of; null when it told of none. */
export function resumptionOf(of: Conversation, opened: string | null): Resumption {
  const { id, heading, ending, state } = of;
  const { adapter, cwd } = heading;
  const command = commands[adapter];
  if (!command) throw noSession(id, `${adapter} keeps no session of its own`);
  if (state === 'alive') {
    const message = `${id} is going on: two at once would confuse its agent`;
    throw new UserError('conversation.alive', message, 'wait for its end, or cancel the task');
  }
  const session = ending?.session ?? opened ?? heading.continues;
  if (session === null) throw noSession(id, 'its agent never began a session');
  if (!plainName.test(session)) throw noSession(id, `"${session}" is no name of a session`);
  if (existsSync(cwd)) return { cwd, argv: command(session) };
  const message = `${cwd}, where the agent worked, is gone: it finds its session from there only`;
  throw new UserError('conversation.no-folder', message, 'make that folder again');
}

function noSession(id: string, why: string): UserError {
  const message = `${id} can't be gone on with: ${why}`;
  return new UserError('conversation.no-session', message, `read it: troupe history show ${id}`);
}
