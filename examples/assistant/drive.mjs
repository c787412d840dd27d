/**
 * What an assistant does with `troupe mcp`, written out: it asks for the agents, gives all of them
 * the same task, and one of them another. Give the command that starts Troupe, or leave it out.
 *
 *   node drive.mjs
 *   node drive.mjs node ../../dist/cli/main.js
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [program = 'npx', ...words] =
  process.argv.length > 2 ? process.argv.slice(2) : ['npx', 'troupe'];
const server = spawn(program, [...words, 'mcp', '--team', 'team.yaml'], {
  cwd: import.meta.dirname,
  stdio: ['pipe', 'pipe', 'inherit'],
});

const waiting = new Map();
createInterface({ input: server.stdout }).on('line', (line) => {
  const { id, result, error } = JSON.parse(line);
  const { resolve, reject } = waiting.get(id) ?? {};
  waiting.delete(id);
  if (error) reject?.(new Error(error.message));
  else resolve?.(result);
});

let count = 0;
const send = (message) => server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const ask = (method, params) =>
  new Promise((resolve, reject) => {
    count += 1;
    waiting.set(count, { resolve, reject });
    send({ id: count, method, params });
  });
const call = async (name, input) => {
  const { structuredContent, isError, content } = await ask('tools/call', {
    name,
    arguments: input,
  });
  if (isError) throw new Error(content[0].text);
  return structuredContent;
};

const clientInfo = { name: 'drive', version: '1' };
await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
send({ method: 'notifications/initialized' });

const { agents } = await call('get_agents', {});
console.log(`agents: ${agents.map(({ agent }) => agent).join(', ')}`);
const all = await call('broadcast_task', { prompt: 'one two three', wait: true });
for (const { task, output } of all.results) console.log(`${task}: ${output.trim()}`);
const { results } = await call('assign_task', {
  agent: 'shouter',
  prompt: 'thank you',
  wait: true,
});
console.log(`shouter: ${results[0].output.trim()}`);
server.stdin.end();
