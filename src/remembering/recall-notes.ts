/** What tasks were told of the past, for whoever watches the run, and for their results. */
import type { Bus } from '../bus/bus.ts';
import type { RunFolder } from '../runs/folder.ts';
import { type TaskRecall, writeRecalled } from '../runs/recalled.ts';

/** Whatever goes wrong with the note, the task goes on. */
export function noteRecalled(
  bus: Bus,
  folder: RunFolder,
  sequence: number,
  recall: TaskRecall,
): void {
  const event = { type: 'memory.recalled', ...recall };
  const to = `run/${folder.id}/recalls/${recall.task}`;
  bus.publish({ to, from: `memory/${recall.task}`, sequence, event });
  try {
    writeRecalled(folder, recall);
  } catch {
    // Its result will not tell of it.
  }
}

/** Listens from the moment of the call, until the run is over. */
export function recallsOf(bus: Bus, folder: RunFolder): AsyncIterable<TaskRecall> {
  return contents(bus.subscribe(`run/${folder.id}/recalls/*`));
}

async function* contents(subscription: ReturnType<Bus['subscribe']>): AsyncGenerator<TaskRecall> {
  for await (const { event } of subscription) yield event as unknown as TaskRecall;
}
