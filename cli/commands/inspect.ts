/** `troupe inspect`: shows a run in a browser, on our own page or in the Stately inspector. */
import { type Command, InvalidArgumentError } from 'commander';
import { serve, systemClock, type Troupe, UserError } from '../../src/index.ts';
import { type Exit, exits } from '../exits.ts';
import { openBrowser } from '../house/browser.ts';
import {
  addHome,
  addJson,
  type HomeOption,
  type JsonOption,
  openTroupe,
  readSpeed,
} from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';
import { Stops } from '../watching/stops.ts';

interface InspectOptions extends HomeOption, JsonOption {
  readonly live?: true;
  readonly stately?: true;
  readonly port: number;
  readonly speed?: number;
  readonly url?: string;
  readonly open?: true;
}

export function define(command: Command, act: Act): void {
  command
    .argument('[run]', 'its name, the beginning of it, or latest')
    .option('--live', 'the run that is worked on now')
    .option('--stately', 'in the Stately inspector (online), by a page on this machine')
    .option('--port <number>', 'where to listen; 0: whichever is free', readPort, 0)
    .option('--speed <n>', 'with --stately: play it again, so many times faster', readSpeed)
    .option('--url <address>', 'with --stately: another inspector than stately.ai')
    .option('--open', 'open it in the browser');
  addJson(command, 'print where it listens as one JSON object');
  addHome(command).action(act(inspect));
  addExamples(command, [
    'troupe inspect latest --open',
    'troupe inspect --live --stately --open',
    'troupe inspect latest --stately --speed 10',
  ]);
}

interface Shown {
  readonly address: string;
  close(): Promise<void>;
}

async function inspect(name: string | undefined, options: InspectOptions): Promise<Exit> {
  const troupe = openTroupe(options);
  const run = await runNamed(troupe, name, options);
  const stops = new Stops(systemClock);
  try {
    const shown = options.stately
      ? await troupe.inspect(run, relayed(options))
      : await ownPage(troupe, run, options);
    await announce(run, shown, options);
    if (options.open && !(await openBrowser(shown.address, troupe.config.platform))) {
      err.note('There is no browser to open here: open the address yourself.\n');
    }
    await stops.first;
    await Promise.race([shown.close(), stops.second]);
    return exits.succeeded;
  } finally {
    stops.close();
  }
}

function relayed({ port, speed, url }: InspectOptions) {
  return {
    port,
    ...(speed !== undefined && { speed }),
    ...(url !== undefined && { inspectorUrl: url }),
  };
}

async function ownPage(troupe: Troupe, run: string, { port }: InspectOptions): Promise<Shown> {
  const serving = await serve(troupe, { port, keepsHouse: false });
  return { address: serving.address(run), close: () => serving.close() };
}

async function runNamed(troupe: Troupe, name: string | undefined, { live }: InspectOptions) {
  if (name !== undefined && live) {
    const message = 'a run and --live are not asked for together';
    throw new UserError('inspect.unclear', message, 'leave one of them out');
  }
  if (!live) return (await troupe.folder(name ?? 'latest')).id;
  const alive = (await troupe.runs()).find(({ owner }) => owner !== null);
  if (alive) return alive.view.id;
  const hint = 'a past one: troupe inspect latest';
  throw new UserError('inspect.nothing-lives', 'no run is worked on now', hint);
}

async function announce(run: string, { address }: Shown, { json }: InspectOptions): Promise<void> {
  if (json) return out.json({ type: 'inspect.opened', run, url: address, pid: process.pid });
  err.note(`${run} is shown at ${address}\nCtrl-C closes it; the run is not touched.\n`);
}

function readPort(given: string): number {
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}
