/** Runs a subject in a process of its own, so that no subject warms or litters another's heap. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchOfOurs } from './scratch.mjs';

const worker = join(dirname(fileURLToPath(import.meta.url)), 'worker.mjs');

/** Resolves with what the subject answered; rejects with its stderr when it fails. */
export async function inChild(subject, args = {}, nodeFlags = []) {
  const command = [...nodeFlags, worker, subject, JSON.stringify(args)];
  const env = { ...process.env, ...scratchOfOurs() };
  const { code, stdout, stderr } = await exec(process.execPath, command, { env });
  if (code !== 0) throw new Error(`${subject} ${JSON.stringify(args)} failed:\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** Runs a program to its end and collects what it says. */
export function exec(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      said[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
  });
}
