/** A super-agent without a model: one task for each folder, then one page made of their answers. */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';

const prompt = await text(process.stdin);
const told = JSON.parse(process.env.TROUPE_SUBTASKS ?? '{}');
console.log(told.phase === 'concluding' ? page(prompt) : JSON.stringify(plan(told)));

/** A plan is tasks only: who they are for is one of the roles that it was told of. */
function plan({ agents: [agent], left }) {
  const hidden = (name) => name.startsWith('.') || name === 'node_modules';
  const folders = readdirSync('.', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !hidden(entry.name))
    .map(({ name }) => name);
  const parts = ['.', ...folders].slice(0, left).map((folder, at) => ({
    id: `part-${at + 1}`,
    agent,
    prompt: `Describe the files of this folder: ${folder}`,
  }));
  return { tasks: parts };
}

/** The answers stand between <<< and >>> in what it is told. */
function page(prompt) {
  const answers = [...prompt.matchAll(/<<<\n([\s\S]*?)\n>>>/g)].map(([, answer]) => answer.trim());
  return [`# ${basename(process.cwd())}`, ...answers].join('\n\n');
}
