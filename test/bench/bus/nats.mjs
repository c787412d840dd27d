/** A real nats-server of its own for a bench. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasNats = () => spawnSync('nats-server', ['--version']).status === 0;

export async function startNats() {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-bench-nats-'));
  const port = await freePort();
  const words = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder];
  const server = spawn('nats-server', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.stderr.on('data', (text) => String(text).includes('Server is ready') && resolve());
  });
  const stop = () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { url: `nats://127.0.0.1:${port}`, pid: server.pid, stop };
}

export function freePort() {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
