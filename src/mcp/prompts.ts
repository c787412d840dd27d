/** The prompts of the library as MCP prompts: what they leave open is asked of the client. */
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { RunHost } from './run-host.ts';

/** A client shows them in a menu. */
const promptsMax = 200;

export async function registerPrompts(server: McpServer, host: RunHost): Promise<void> {
  const library = await host.troupe.prompts();
  for (const { name, category, tags } of library.list().slice(0, promptsMax)) {
    const variables = library.variables(name);
    const description = describe([category, ...tags], variables);
    const argsSchema = z.object(
      Object.fromEntries(variables.map((variable) => [variable.name, argument(variable.default)])),
    );
    server.registerPrompt(name, { title: name, description, argsSchema }, async (given) => {
      const values = Object.fromEntries(
        Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      const text = library.render(name, values);
      return { messages: [{ role: 'user', content: { type: 'text', text } }] };
    });
  }
}

/** Never empty: clients want to be told something. */
function describe(words: readonly string[], variables: readonly { readonly name: string }[]) {
  const said = words.filter(Boolean).join(', ') || 'A saved prompt';
  return variables.length === 0
    ? said
    : `${said}: with ${variables.map(({ name }) => name).join(', ')}`;
}

const argument = (fallback: string | null) =>
  fallback === null ? z.string() : z.string().optional().describe(`Default: ${fallback}`);
