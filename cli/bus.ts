/** A command that workers can join: opens the hub, says so, and closes it at the end. */
import { type HubNews, openWorkerHub, type Troupe, type WorkerHub } from '../src/index.ts';
import type { BusAddress } from './bus-address.ts';
import { err } from './render.ts';
import { plainText } from './text.ts';

/** Keeps the hub for as long as `work` takes. */
export async function atBus<Answer>(
  troupe: Troupe,
  address: BusAddress,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const hub = await openBusAt(troupe, address);
  try {
    return await work();
  } finally {
    hub.close();
  }
}

export async function openBusAt(troupe: Troupe, address: BusAddress): Promise<WorkerHub> {
  const hub = await openWorkerHub(troupe, { ...address, onNews: say });
  err.note(`Workers join at ${hub.url}: troupe worker --join ${hub.url} --token TOKEN\n`);
  return hub;
}

function say(news: HubNews): void {
  const worker = plainText(news.worker);
  switch (news.type) {
    case 'worker.joined':
      return err.note(`${worker} has joined, with ${news.places} places.\n`);
    case 'worker.left':
      return err.note(`${worker} has left.\n`);
    case 'worker.lost':
      return err.note(`${worker} is lost: its tasks are given to others.\n`);
  }
}
