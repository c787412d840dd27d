// An MCP server on stdio, made with the SDK's own server side, whose tools do what tests need.
import { McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';

const server = new McpServer({ name: 'actor', version: '1' });
const text = (words, more = {}) => ({ content: [{ type: 'text', text: words }], ...more });
const input = { prompt: z.string() };
const tool = (name, act, inputSchema = z.object(input)) =>
  server.registerTool(name, { description: name, inputSchema }, act);

process.stdout.write('Not JSON.\n');
tool('echo', ({ prompt }) => text(`heard: ${prompt}`));
tool('broken', () => text('the disk is full', { isError: true }));
tool('limited', () => text('429 Too Many Requests, try again in 30s', { isError: true }));
tool('empty', () => ({ content: [] }));
tool('dies', () => process.exit(3));
tool('hangs', () => new Promise(() => {}));
tool(
  'deep',
  (given) => text(JSON.stringify(given)),
  z.object({ ask: z.object({ text: z.string(), tags: z.array(z.string()) }), count: z.number() }),
);
tool('slow', async (_, { mcpReq }) => {
  const progressToken = mcpReq._meta?.progressToken;
  for (const progress of [1, 2]) {
    const params = { progressToken, progress, total: 2, message: `step ${progress}` };
    await mcpReq.notify({ method: 'notifications/progress', params });
  }
  return text('slowly done');
});
await server.connect(new StdioServerTransport());
