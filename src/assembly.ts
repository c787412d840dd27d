/** Puts one run's parts together: the one file that knows everyone, and decides nothing. */

import { openGuardian } from './agents/processes/guardian.ts';
import { reapOrphans } from './agents/processes/ledger.ts';
import { InProcessBus } from './bus/in-process.ts';
import type { Cluster } from './cluster/cluster.ts';
import { refuseShared } from './cluster/marker.ts';
import type { Tenure } from './cluster/tenure.ts';
import { type Config, readVersion } from './config.ts';
import { Accounting, requireAccounts } from './crew/accounting.ts';
import { Crew, type Place } from './crew/crew.ts';
import { notesOn } from './crew/settling.ts';
import { factsOf, publish } from './facts.ts';
import { FileJournal } from './journal/file.ts';
import type { Behaviours } from './kernel/behaviours.ts';
import type { Clock } from './kernel/clock.ts';
import type { Random } from './kernel/random.ts';
import { System } from './kernel/system.ts';
import { versionsOf } from './kernel/versions.ts';
import { refuseGhost } from './past/keeping.ts';
import type { Webhook } from './plan/project/webhook-shapes.ts';
import { promptNotes } from './remembering/prompt-sizes.ts';
import { noteRecalled, recallsOf } from './remembering/recall-notes.ts';
import { openRememberer } from './remembering/rememberer.ts';
import { Reminder } from './remembering/reminder.ts';
import { type RunWorld, runBehaviours } from './runs/behaviours.ts';
import { type ControlRequest, openControl } from './runs/control.ts';
import { type RunFolder, type RunOrder, readOrder, writePlan } from './runs/folder.ts';
import { launch, runMachines as machines } from './runs/launch.ts';
import { refuseLostEnd } from './runs/lost-end.ts';
import { Run } from './runs/run.ts';
import { forgetSketch } from './runs/sketch.ts';
import { wantedIn } from './telemetry/wanted.ts';
import { takeOver } from './upgrading.ts';
import { sortWebhooks } from './webhooks/allowed.ts';
import type { WebhooksOptions } from './webhooks/webhooks.ts';
import { elsewhereFor, requireBus } from './workers/wanted.ts';
import { forgetFolders } from './worktrees/folders.ts';

/** What every run of a home is given. */
export interface Assembler {
  /** Who is told of facts over HTTP; left out: nobody. */
  readonly webhooks?: readonly Webhook[];
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  /** Other nodes that may go on with the run; left out: it is this home's alone. */
  readonly cluster?: Cluster;
}

/** What is known of a run before it lives. */
export interface Parts {
  readonly folder: RunFolder;
  readonly order: RunOrder;
  readonly log: FileJournal;
  readonly make: (world: RunWorld, halt: (error: unknown) => void) => Behaviours;
  readonly tenure?: Tenure | undefined;
}

export interface Assembled {
  readonly run: Run;
  readonly begin: () => Promise<void>;
}

/** What the header of a journal says of who wrote it. */
function about({ id }: RunFolder, version: string) {
  return { run: id, version, machines: versionsOf(machines) };
}

function openLog(folder: RunFolder, order: RunOrder): Promise<FileJournal> {
  return FileJournal.open(folder.path, { about: about(folder, order.version) });
}

/** A run that nobody has worked on yet. */
export function beginRun(assembler: Assembler, folder: RunFolder, order: RunOrder) {
  return owning(assembler, folder, async (tenure) => {
    const log = await openLog(folder, order);
    return assemble(assembler, { folder, order, log, make: runBehaviours, tenure });
  });
}

/** A run that nobody works on any more; what its agents left behind is ended first. */
export function takeUp(
  assembler: Assembler,
  folder: RunFolder,
  make: Parts['make'],
): Promise<Assembled> {
  return owning(assembler, folder, async (tenure) => {
    const order = await readOrder(folder);
    if (tenure?.cameFrom === 'elsewhere') await forgetFolders(folder.path);
    if (make === runBehaviours) {
      requireAccounts(order.plan, assembler.config);
      requireBus(order.plan, assembler.config);
      forgetSketch(folder);
    }
    let log = await openLog(folder, order);
    try {
      refuseGhost(folder);
      log = await takeOver(log, machines, about(folder, readVersion()));
      await reapOrphans({ runFolder: folder.path, runId: folder.id, clock: assembler.clock });
      writePlan(folder, order);
      return await assemble(assembler, { folder, order, log, make, tenure });
    } catch (error) {
      await log.close();
      throw error;
    }
  });
}

/** Where nodes share runs, nothing of one is opened before it is this node's. */
async function owning(
  { cluster }: Assembler,
  folder: RunFolder,
  open: (tenure?: Tenure) => Promise<Assembled>,
): Promise<Assembled> {
  if (!cluster) refuseShared(folder);
  const tenure = await cluster?.tenure(folder);
  try {
    return await open(tenure);
  } catch (error) {
    await tenure?.release();
    throw error;
  }
}

async function assemble(assembler: Assembler, parts: Parts): Promise<Assembled> {
  const { folder, order, log, make, tenure } = parts;
  const { config, clock, random } = assembler;
  const { environment } = config;
  const guardian = openGuardian({ environment, leash: tenure?.leash });
  const reminder = new Reminder(config, clock, (recall, count) => {
    noteRecalled(bus, folder, count, recall);
  });
  const accounting = new Accounting(config, clock, order.plan, folder.id);
  const bus = new InProcessBus(clock);
  const elsewhere = elsewhereFor(config)?.(folder, order) ?? null;
  const around = { folder, order, guardian, environment, clock, bus };
  const place: Place = { ...around, reminder, accounting, elsewhere };
  const crew = new Crew(place);
  const system = await System.restore({
    log: tenure ? await tenure.follow(log) : log,
    machines,
    behaviours: make(tenure?.keeping(crew) ?? crew, (error) => run.halt(error)),
    clock,
    onActFailed: (_act, error) => run.halt(error),
  });
  crew.serve(system);
  system.onFact((fact) => publish(bus, folder, fact));
  const told = sortWebhooks(assembler.webhooks ?? [], environment);
  const webhooks = await webhooksOf(told.allowed, { folder, environment, bus, clock });
  const telemetry = await telemetryOf(folder, order, { bus, clock, environment });
  // The last: whatever fails before it must not leave a process that nobody ends.
  const rememberer = openRememberer(config, clock);
  const run: Run = new Run({
    folder,
    plan: order.plan,
    system,
    facts: () => factsOf(bus, folder),
    recalls: () => recallsOf(bus, folder),
    branch: () => crew.resultBranch,
    extend: async (addition) => {
      const { extend } = await import('./planning/extending.ts');
      return extend({ system, order, run: folder.id, config, clock }, addition);
    },
    notes: [...notesOn(order), ...promptNotes(order.plan), ...told.notes],
    kill: async () => {
      await reapOrphans({ runFolder: folder.path, runId: folder.id, clock });
    },
    wind: async () => {
      await control.then((open) => open.close()).catch(() => {});
      await system.close();
      elsewhere?.close();
      await crew.close();
      await guardian.close();
      bus.close();
      await Promise.all([telemetry?.close(), webhooks?.close()]);
      await Promise.all([reminder.close(), accounting.close()]);
      await rememberer.end();
    },
  });
  // Nobody waits for the door to be open: the work begins meanwhile.
  const handle = (request: ControlRequest): Promise<void> => run.handle(request);
  const control = openControl({ folder, random, clock, handle });
  control.catch((error: unknown) => run.halt(error));
  tenure?.attend(run);
  const restore = (): void => {
    refuseLostEnd(folder, order.plan, system.core);
    crew.restore();
  };
  return { run, begin: () => launch(run, system, restore) };
}

/** Only where a collector is named is it loaded at all. */
async function telemetryOf(
  { id: run }: RunFolder,
  { plan }: RunOrder,
  { environment, ...heard }: Pick<Place, 'bus' | 'clock' | 'environment'>,
) {
  const wanted = wantedIn(environment);
  if (!wanted.traces && !wanted.metrics) return null;
  const { openTelemetry } = await import('./telemetry/telemetry.ts');
  return openTelemetry({ wanted, run, plan, version: readVersion(), ...heard });
}

/** Only where a project names one is it loaded at all. */
async function webhooksOf(webhooks: readonly Webhook[], around: Omit<WebhooksOptions, 'webhooks'>) {
  if (webhooks.length === 0) return null;
  const { openWebhooks } = await import('./webhooks/webhooks.ts');
  return openWebhooks({ webhooks, ...around });
}

/** After whoever asked has had its turn to listen. */
export function setGoing({ run, begin }: Assembled, clock: Clock): Run {
  const begun = clock.breathe().then(begin);
  begun.catch((error: unknown) => run.halt(error));
  return run;
}
