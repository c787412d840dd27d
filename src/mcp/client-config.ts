/** What a client's own configuration must say so that it starts this server. Pure. */
import { UserError } from '../kernel/user-error.ts';
import { suggest } from '../plan/problems/nearest.ts';

/** How the server is started. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

export interface ClientConfig {
  /** From the home folder, or from the project's, with `/`. */
  readonly file: string;
  readonly place: 'home' | 'project';
  /** What is printed, ready to be pasted. */
  readonly text: string;
  /** Puts it into what the file holds already; throws a UserError for what can't be read. */
  readonly merge: (before: string) => string;
}

export const clientNames = ['claude', 'codex', 'gemini', 'opencode'] as const;
export type ClientName = (typeof clientNames)[number];

export function configFor(client: string, launch: Launch): ClientConfig {
  switch (requireClient(client)) {
    case 'claude':
      return jsonConfig('project', '.mcp.json', ['mcpServers', 'troupe'], launch);
    case 'gemini':
      return jsonConfig('project', '.gemini/settings.json', ['mcpServers', 'troupe'], launch);
    case 'opencode': {
      const entry = { type: 'local', command: [launch.command, ...launch.args], enabled: true };
      return jsonConfig('project', 'opencode.json', ['mcp', 'troupe'], entry);
    }
    case 'codex':
      return codexConfig(launch);
  }
}

function requireClient(client: string): ClientName {
  const known = clientNames.find((name) => name === client);
  if (known) return known;
  const near = suggest(client, clientNames) || `there are ${clientNames.join(', ')}`;
  const hint = 'any other client: start "troupe mcp" over stdio, or "troupe mcp --http"';
  throw new UserError('mcp.client', `no client is called "${client}"; ${near}`, hint);
}

type Json = Record<string, unknown>;

function jsonConfig(
  place: ClientConfig['place'],
  file: string,
  path: readonly [string, string],
  entry: object,
): ClientConfig {
  const [outer, inner] = path;
  const merge = (before: string): string => {
    const whole = before.trim() === '' ? {} : readJson(before, file);
    const servers = isMap(whole[outer]) ? whole[outer] : {};
    return `${JSON.stringify({ ...whole, [outer]: { ...servers, [inner]: entry } }, null, 2)}\n`;
  };
  return { file, place, text: merge(''), merge };
}

function readJson(text: string, file: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (isMap(value)) return value;
  } catch {
    // Said below.
  }
  const hint = 'mend the file, or paste what --print-config prints by hand';
  throw new UserError('mcp.config-unreadable', `${file} holds no JSON object`, hint);
}

const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** TOML is only added to: a table of its own, at the end. */
function codexConfig({ command, args }: Launch): ClientConfig {
  const list = args.map((arg) => JSON.stringify(arg)).join(', ');
  const text = `[mcp_servers.troupe]\ncommand = ${JSON.stringify(command)}\nargs = [${list}]\n`;
  const merge = (before: string): string => {
    if (!/^\s*\[mcp_servers\.troupe\]/m.test(before)) {
      return before.trim() === '' ? text : `${before.trimEnd()}\n\n${text}`;
    }
    const hint = 'change it there, or remove it and install again';
    throw new UserError('mcp.installed', 'the file has a table mcp_servers.troupe already', hint);
  };
  return { file: '.codex/config.toml', place: 'home', text, merge };
}
