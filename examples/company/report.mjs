/** Reads the answers that are there, and lists them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const names = existsSync('answers') ? readdirSync('answers') : [];
const answers = names
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(`answers/${name}`, 'utf8')));
const rows = answers.map(
  ({ task_id: id, status, output }) => `- ${id}: ${status}. ${output.trim()}`,
);
console.log([`${answers.length} answered`, ...rows].join('\n'));
