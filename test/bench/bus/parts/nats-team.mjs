/** A nats-server, a hub in this process, and workers that share it from processes of their own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { loadProduct, shipped } from '../../lib/build.mjs';
import { scratchFolder } from '../../lib/scratch.mjs';
import { startNats } from '../nats.mjs';

export async function openNatsTeam({ workers, places }) {
  const { createTroupe, openNatsHub } = await loadProduct('src/index.js');
  const folder = scratchFolder();
  const server = await startNats();
  const troupe = createTroupe({ home: join(folder, 'home'), cwd: folder });
  const joined = new Set();
  let resolve = () => {};
  const all = new Promise((done) => {
    resolve = done;
  });
  await openNatsHub(troupe, {
    place: { servers: [server.url] },
    onNews({ type, worker }) {
      if (type === 'worker.joined' && joined.add(worker).size === workers) resolve();
    },
  });
  const children = Array.from({ length: workers }, (_, at) => {
    const home = join(folder, `w${at}`);
    const words = ['worker', '--nats', server.url, '--role', `worker=${places}`, '--home', home];
    return spawn(process.execPath, [shipped('cli/main.js'), ...words], { stdio: 'ignore' });
  });
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL');
    server.stop();
  });
  await all;
  return { troupe, pids: [server.pid, ...children.map(({ pid }) => pid)] };
}
