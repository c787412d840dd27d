/** `troupe doctor`: looks at what this machine has, and says what is missing. */
import type { Command } from 'commander';
import { limits, systemClock } from '../../src/index.ts';
import { checkAgents } from '../doctor/agent-checks.ts';
import { type Check, checkProject, checkUp } from '../doctor/checkup.ts';
import { checkMemory } from '../doctor/memory-check.ts';
import { checkTeam } from '../doctor/nats-look.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { out } from '../terminal/render.ts';
import { type Palette, paletteFor, table } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

export function define(command: Command, act: Act): void {
  command.option(
    '--probe',
    'ask each agent for one word: it costs a little, and shows that it works',
  );
  addJson(command, 'print one object: ok, and each check with its fix');
  addHome(command).action(act(doctor));
  addExamples(command, [
    'troupe doctor',
    'troupe doctor --json',
    'troupe doctor --probe',
    'troupe doctor --home /data',
  ]);
}

interface DoctorOptions extends HomeOption, JsonOption {
  readonly probe?: true;
}

async function doctor(options: DoctorOptions) {
  const troupe = openTroupe(options);
  const { config } = troupe;
  const { project } = troupe;
  const checks = [
    checkProject(project),
    ...(await checkUp(config, systemClock)),
    await checkMemory(troupe),
    ...(await checkTeam(project)),
    ...(await checkAgents(troupe, options.probe ? await troupe.probe() : [])),
  ];
  const ok = checks.every(({ status }) => status !== 'missing');
  if (options.json) await out.json({ ok, checks, limits });
  else await out.write(pageOf(checks, paletteFor(out, config.environment)));
  return ok ? exits.succeeded : exits.failed;
}

function pageOf(checks: readonly Check[], palette: Palette): string {
  const rows = checks.map(({ name, status, found, fix }) => [
    colourOf(status, palette)(status),
    name,
    plainLine(fix === '' ? found : `${found}; ${fix}`),
  ]);
  const most = Object.entries(limits).map(([what, count]) => [String(count), what]);
  const wide = Number.POSITIVE_INFINITY;
  return `${table(rows, wide)}\nLimits:\n${table(most, wide)}`;
}

function colourOf(status: Check['status'], { green, yellow, red, dim }: Palette) {
  switch (status) {
    case 'fine':
      return green;
    case 'warning':
      return yellow;
    case 'absent':
      return dim;
    case 'missing':
      return red;
  }
}
