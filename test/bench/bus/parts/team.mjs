/** A hub in this process, and workers that have joined it from processes of their own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadProduct, shipped } from '../../lib/build.mjs';
import { scratchFolder } from '../../lib/scratch.mjs';

/** `onNews` hears what each worker says, with its number; without it they say nothing. */
export async function openTeam({ workers, places, leaseMs, onNews }) {
  const { createTroupe, openWorkerHub, tokensOf } = await loadProduct('src/index.js');
  const folder = scratchFolder();
  const troupe = createTroupe({ home: join(folder, 'home'), cwd: folder });
  let joined = 0;
  let resolve = () => {};
  const all = new Promise((done) => {
    resolve = done;
  });
  const hub = await openWorkerHub(troupe, {
    ...(leaseMs && { leaseMs }),
    onNews({ type }) {
      if (type !== 'worker.joined') return;
      joined += 1;
      if (joined === workers) resolve();
    },
  });
  const { token } = await (await tokensOf(troupe)).create({ role: 'worker', ttlMs: null });
  const env = { ...process.env, TROUPE_TOKEN: token };
  const children = Array.from({ length: workers }, (_, at) => {
    const home = join(folder, `w${at}`);
    const words = ['worker', '--join', hub.url, '--role', `worker=${places}`, '--home', home];
    const stdio = ['ignore', onNews ? 'pipe' : 'ignore', onNews ? 'inherit' : 'ignore'];
    const argv = [shipped('cli/main.js'), ...words, ...(onNews ? ['--json'] : [])];
    const child = spawn(process.execPath, argv, { env, stdio });
    if (onNews) {
      const lines = createInterface({ input: child.stdout });
      lines.on('line', (line) => onNews(at, JSON.parse(line)));
    }
    return child;
  });
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL');
  });
  await all;
  return { troupe, children, pids: children.map(({ pid }) => pid) };
}
