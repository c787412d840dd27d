/** A real Redis of its own for a bench: every answer of it is on disk before it is given. */
import { spawn, spawnSync } from 'node:child_process';
import { scratchFolder } from '../../lib/scratch.mjs';
import { freePort } from '../nats.mjs';

export const hasRedis = () => spawnSync('redis-server', ['--version']).status === 0;

export async function startRedis() {
  const port = await freePort();
  const settings = {
    ...{ port, bind: '127.0.0.1', dir: scratchFolder(), save: '' },
    ...{ appendonly: 'yes', appendfsync: 'always' },
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error('redis-server has ended')));
    server.stdout.on('data', (text) => String(text).includes('Ready to accept') && resolve());
  });
  return { port, pid: server.pid, stop: () => server.kill('SIGKILL') };
}
