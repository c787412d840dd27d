/** The page of one run, shown beside its progress for as long as a person looks at it. */
import { type SeenRun, serve, systemClock, type Troupe } from '../../src/index.ts';
import { openBrowser } from '../house/browser.ts';
import { err } from '../terminal/render.ts';
import { Stops } from './stops.ts';
import type { Beside } from './watch.ts';

/** Whoever started it in a terminal may still read what came of it; a script need not wait. */
export function pageBeside(troupe: Troupe, { open }: { readonly open: boolean }): Beside {
  return async (run: SeenRun) => {
    const serving = await serve(troupe, { port: 0, keepsHouse: false });
    try {
      const address = serving.address(run.id);
      err.note(`See it: ${address}\n`);
      if (open && !(await openBrowser(address, troupe.config.platform))) {
        err.note('There is no browser to open here: open the address yourself.\n');
      }
      const end = await run.end;
      if (end.kind !== 'ended') return;
      if (err.isTerminal) await untilStopped();
      else err.note(`The run is over, and its page with it: ${nobody}\n`);
    } finally {
      await serving.close();
    }
  };
}

const nobody = 'without a terminal nobody could end it. See it again: troupe serve';

async function untilStopped(): Promise<void> {
  const stops = new Stops(systemClock);
  err.note('The run is over. Its page stays until Ctrl-C.\n');
  await stops.first;
  stops.close();
}
