/** `troupe nats`: what the NATS servers of a team lack, and what they need not keep any more. */
import type { Command } from 'commander';
import { checkServers, type NatsFinding } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { definePrune, serversIn } from '../nats-prune.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { paletteFor, table } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

interface CheckOptions extends HomeOption, JsonOption {
  readonly nats?: string;
  readonly worker?: string;
}

export function define(command: Command, act: Act): void {
  const check = command
    .command('check', { isDefault: true })
    .description('do once what nodes or workers do there, and say what is missing')
    .option('--nats <urls>', 'the servers; left out: those of troupe.yaml')
    .option('--worker <name>', 'try what the worker of this name needs, not what a node does');
  addJson(check, 'print one object: ok, and each finding with its fix');
  addHome(check).action(act(run));
  definePrune(command, act);
  addExamples(command, [
    'troupe nats check --nats nats://127.0.0.1:4222',
    'troupe nats check --nats tls://a:4222,tls://b:4222 --json',
    'troupe nats check --nats tls://w1:PASSWORD@a:4222 --worker w1',
    'troupe nats prune --older-than 7d --dry-run',
    'troupe nats prune audit-1a2b --nats nats://127.0.0.1:4222 --yes',
  ]);
}

async function run(options: CheckOptions) {
  const troupe = openTroupe(options);
  const { config } = troupe;
  const setting = serversIn(troupe, options);
  const { worker } = options;
  const findings = await checkServers({ ...setting, ...(worker !== undefined && { worker }) });
  const ok = findings.every(({ status }) => status !== 'missing');
  if (options.json) await out.json({ ok, findings });
  else await out.write(table(findings.map(rowOf), Number.POSITIVE_INFINITY));
  if (!ok && worker === undefined && !options.json) {
    err.note('Should these be the rights of a worker, add --worker NAME.\n');
  }
  return ok ? exits.succeeded : exits.failed;

  function rowOf({ name, status, found, fix }: NatsFinding): readonly string[] {
    const { green, yellow, red } = paletteFor(out, config.environment);
    const paint = { ok: green, warning: yellow, missing: red }[status];
    return [paint(status), name, plainLine(fix === '' ? found : `${found}; ${fix}`)];
  }
}
