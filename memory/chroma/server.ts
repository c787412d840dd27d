/**
 * A Chroma server of ours: a child process that lives no longer than this one.
 *
 * The package's own command ignores SIGTERM and can be left spinning; so its binding is loaded in
 * a thread of a child whose main thread ends at once, whatever the server does: when it is asked
 * to, and when its stdin ends because its parent is gone. What the server has acknowledged is
 * written, and the database has it all: nothing is lost by that.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { MemoryMistake } from '../errors.ts';
import { pause, type Time } from '../time.ts';

export interface Server {
  readonly url: string;
  readonly pid: number;
  /** Calls once, when it is gone. */
  readonly onEnd: (call: () => void) => void;
  /** Resolves when it is gone. */
  readonly end: () => Promise<void>;
}

const script = `
const { Worker } = require('node:worker_threads');
const [library, folder, port] = process.argv.slice(1);
const end = () => process.kill(process.pid, 'SIGKILL');
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);
process.stdin.on('end', end).on('error', end).resume();
const words = ['chroma', 'run', '--path', folder, '--host', '127.0.0.1', '--port', port];
const body = 'const { workerData: d } = require("node:worker_threads");'
  + 'require(d.library).cli(d.words);';
new Worker(body, { eval: true, workerData: { library, words } })
  .on('error', (error) => { process.stderr.write(error.message, end); })
  .on('exit', end);
`;

const startMaxMs = 20_000;
const answerMaxMs = 3_000;
const pauseMs = 25;
const saidMax = 2_000;

export async function startServer(library: string, folder: string, time: Time): Promise<Server> {
  const port = await freePort();
  const words = ['-e', script, library, folder, String(port)];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-saidMax);
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const server = serverOf(child, port, gone);
  await untilReady(server, child, time).catch(async (error: unknown) => {
    await server.end();
    throw said === '' ? error : failure(said);
  });
  return server;
}

function serverOf(child: ChildProcess, port: number, gone: Promise<void>): Server {
  // Nobody waits for it at the end of the process; it hears that by its stdin.
  child.unref();
  for (const stream of [child.stdin, child.stderr]) (stream as { unref?: () => void })?.unref?.();
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    onEnd: (call) => {
      gone.then(call);
    },
    end: async () => {
      child.ref();
      child.kill('SIGKILL');
      if (child.pid !== undefined) await gone;
    },
  };
}

/** Another server may answer on a port that was used again: the child must still live, too. */
async function untilReady({ url }: Server, child: ChildProcess, time: Time): Promise<void> {
  const untilMs = time.elapsed() + startMaxMs;
  while (time.elapsed() < untilMs && child.exitCode === null && child.signalCode === null) {
    if (await isAlive(url)) return;
    await pause(time, pauseMs);
  }
  throw failure(child.exitCode === null ? 'it did not answer in time' : 'it ended at once');
}

export async function isAlive(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(answerMaxMs);
    return (await fetch(new URL('/api/v2/heartbeat', url), { signal, headers })).ok;
  } catch {
    return false;
  }
}

function failure(why: string): MemoryMistake {
  const message = `the Chroma server could not be started: ${why.trim()}`;
  return new MemoryMistake('memory.server-failed', message, 'see: troupe doctor');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
