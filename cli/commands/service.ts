/** `troupe service`: keeps a persistent house going as a systemd unit of this person. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type Config, houseStatus, UserError } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { type UnitWords, unitName, unitText } from '../house/service-unit.ts';
import { systemctl } from '../house/systemd.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';
import { readPort } from './serve.ts';

interface ServiceOptions extends HomeOption {
  readonly port: number;
  readonly dryRun?: true;
}

export function define(command: Command, act: Act): void {
  const install = command
    .command('install')
    .description('write the unit, and start it now and at every login')
    .option('--port <number>', 'where it listens', readPort, 4_870)
    .option('--dry-run', 'print what would be done, and do nothing');
  addHome(install).action(act(installUnit));
  addExamples(install, ['troupe service install --dry-run', 'troupe service install']);
  const uninstall = command
    .command('uninstall')
    .description('stop it, and take the unit away')
    .option('--dry-run', 'print what would be done, and do nothing');
  addHome(uninstall).action(act(uninstallUnit));
  addExamples(uninstall, ['troupe service uninstall']);
  const status = command.command('status').description('say whether it is there, and runs');
  addJson(status, 'print one object');
  addHome(status).action(act(unitStatus));
  addExamples(status, ['troupe service status --json']);
  addExamples(command, [
    'troupe service install --dry-run',
    'troupe service status',
    'troupe service uninstall',
  ]);
}

async function installUnit({ port, dryRun, ...options }: ServiceOptions) {
  const { config } = openTroupe(options);
  const words = wordsFor(config, port);
  const [path, text] = [unitPath(config), unitText(words)];
  err.note(`${dryRun ? 'Would write' : 'Writes'} ${path}\n`);
  if (dryRun) await out.write(text);
  else place(path, text);
  const name = unitName(words);
  const asked = await askInTurn([['daemon-reload'], ['enable', '--now', name]], dryRun);
  if (asked) err.note('It runs while you are logged in; for ever: loginctl enable-linger\n');
  return asked ? exits.succeeded : exits.failed;
}

async function uninstallUnit({ dryRun, ...options }: Omit<ServiceOptions, 'port'>) {
  const { config } = openTroupe(options);
  const path = unitPath(config);
  if (!existsSync(path)) {
    const hint = 'see: troupe service status';
    throw new UserError('service.absent', `there is no unit ${path}`, hint);
  }
  await askInTurn([['disable', '--now', unitName(placeOf(config))]], dryRun);
  err.note(`${dryRun ? 'Would remove' : 'Removes'} ${path}\n`);
  if (!dryRun) rmSync(path);
  await askInTurn([['daemon-reload']], dryRun);
  return exits.succeeded;
}

async function unitStatus({ json, ...options }: HomeOption & JsonOption) {
  const { config } = openTroupe(options);
  const path = unitPath(config);
  const isInstalled = existsSync(path);
  const { said } = await systemctl(['is-active', unitName(placeOf(config))]);
  const { owner, status } = houseStatus(config.home);
  const isActive = said === 'active';
  const told = { unit: path, isInstalled, isActive, pid: owner?.pid ?? null };
  if (json) await out.json({ ...told, score: status?.score ?? null });
  else {
    const unit = isInstalled ? path : 'not installed: troupe service install';
    const house = owner ? `process ${owner.pid} serves ${config.home}` : 'nobody serves the home';
    await out.write(
      `unit    ${unit}\nactive  ${isActive ? 'yes' : `no (${said})`}\nhouse   ${house}\n`,
    );
  }
  return isActive ? exits.succeeded : exits.failed;
}

/** False when systemd would not, or is not there; the person is told how to go on. */
async function askInTurn(
  all: readonly (readonly string[])[],
  dryRun: true | undefined,
): Promise<boolean> {
  for (const words of all) {
    err.note(`${dryRun ? 'Would run' : 'Runs'} systemctl --user ${words.join(' ')}\n`);
    const asked = dryRun ? null : await systemctl(words);
    if (asked === null || asked.kind === 'done') continue;
    err.note(`  ${asked.said}\n`);
    const next = asked.kind === 'absent' ? 'There is no systemd for you here. ' : '';
    err.note(`${next}Without it: troupe serve --persistent\n`);
    return false;
  }
  return true;
}

const placeOf = ({ cwd, home }: Config) => ({ folder: cwd, home });

function wordsFor(config: Config, port: number): UnitWords {
  const [node = '', own = ''] = [process.execPath, process.argv[1]];
  if (/[\\/]_npx[\\/]/.test(own)) {
    const message = 'troupe was only fetched for this once, and may be gone tomorrow';
    throw new UserError('service.passing', message, 'install it first: npm install -g troupe');
  }
  const { PATH: path = '' } = config.environment;
  return { ...placeOf(config), program: [node, resolve(own)], port, path };
}

function unitPath(config: Config): string {
  const { XDG_CONFIG_HOME: chosen, HOME: home = '' } = config.environment;
  return join(chosen || join(home, '.config'), 'systemd', 'user', unitName(placeOf(config)));
}

function place(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
