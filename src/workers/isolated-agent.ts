/** The process of one agent: joins its run's hub, and ends when the run is gone. */
import { readConfig } from '../config.ts';
import type { IsolatedOrder } from './cells.ts';
import { joinAsWorker } from './open-worker.ts';
import { anyRole } from './wire.ts';

process.once('message', (order) => {
  void work(order as IsolatedOrder);
});

async function work({ url, token, name, home, cwd }: IsolatedOrder): Promise<void> {
  const config = readConfig({ home, cwd });
  // One place, which only its own agent asks for.
  const roles = { [anyRole]: 1 };
  const worker = await joinAsWorker({ config }, { url, token, name, roles, labels: [name] });
  const end = async (): Promise<void> => {
    await worker.close();
    process.exitCode = 0;
    if (process.connected) process.disconnect();
  };
  void worker.turnedAway.then(end);
  // Asked by the guardian of a runtime that was killed: a second later it asks no more.
  process.once('SIGTERM', () => void end());
  if (!process.connected) await end();
  else process.once('disconnect', () => void end());
}
