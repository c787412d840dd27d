/** `troupe verify`: proves, before anything is run, that a plan ends and what it costs at most. */
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock, UserError } from '../../src/index.ts';
import { type Exit, exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { answerOf, reportOf } from '../reports/certificate.ts';
import { isMachineFile, proveMachines } from '../reports/machine-proof.ts';
import { err, out } from '../terminal/render.ts';
import { paletteFor } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

interface VerifyOptions extends HomeOption, JsonOption {
  readonly maxStates?: number;
  readonly maxSeconds?: number;
  readonly machines?: true;
}

export function define(command: Command, act: Act): void {
  command
    .argument('[file]', 'a plan, YAML or JSON, or a file of XState machines')
    .option('--machines', "prove Troupe's own machines instead")
    .option('--max-states <n>', 'look at no more states than this', readLimit)
    .option('--max-seconds <n>', 'look no longer than this', readLimit);
  addJson(command, 'print one object: verdict, findings, states, seconds, bound, unbounded');
  addHome(command).action(act(verify));
  addExamples(command, [
    'troupe verify plan.yaml',
    'troupe verify examples/level-6.yaml --json',
    'troupe verify plan.yaml --max-seconds 60 --max-states 5000000',
    'troupe verify my.machine.ts',
    'troupe verify --machines',
  ]);
}

async function verify(file: string | undefined, options: VerifyOptions): Promise<Exit> {
  if (options.machines) return proveMachines(null, options);
  if (file === undefined) throw nothingNamed();
  return isMachineFile(file) ? proveMachines(file, options) : verifyPlan(file, options);
}

function nothingNamed(): UserError {
  const hint = 'write: troupe verify plan.yaml, or troupe verify --machines';
  return new UserError('verify.unclear', 'nothing is named that is to be verified', hint);
}

async function verifyPlan(plan: string, options: VerifyOptions): Promise<Exit> {
  const troupe = openTroupe(options);
  const { maxStates, maxSeconds } = options;
  const verification = await troupe.verify(plan, {
    ...(maxStates !== undefined && { statesMax: maxStates }),
    ...(maxSeconds !== undefined && { secondsMax: maxSeconds }),
  });
  if (options.json) {
    out.json(answerOf(verification));
    for (const note of verification.notes) err.note(`Note: ${plainLine(note)}.\n`);
  } else {
    const palette = paletteFor(out, troupe.config.environment);
    const page = { palette, columns: out.columns, now: systemClock.now() };
    await out.write(reportOf(verification, page));
  }
  return verification.verdict === 'refuted' ? exits.failed : exits.succeeded;
}

function readLimit(given: string): number {
  const limit = Number(given);
  if (limit > 0 && Number.isFinite(limit)) return limit;
  throw new InvalidArgumentError('It must be a number above 0.');
}
