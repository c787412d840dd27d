/** What a person may name to have it exported: a machine of ours, a file of theirs, or a run. */

import type { AnyStateMachine } from 'xstate';
import * as machines from '../../../machines/index.ts';
import type { Config } from '../../config.ts';
import { isUserError, UserError } from '../../kernel/user-error.ts';
import { suggest } from '../../plan/problems/nearest.ts';
import { findRun } from '../../runs/folder.ts';
import { coverageOfRuns, happenedIn } from '../../verify/machines/coverage/past-coverage.ts';
import { loadSubjects } from '../../verify/machines/load-machine.ts';
import { exportMachine } from './export-machine.ts';
import type { MachineFormat } from './formats.ts';

export interface ExportRequest {
  /** The name of a machine, the path of a file, or a run. */
  readonly what: string;
  readonly format: MachineFormat;
  /** Which machine, where there are several; null: the first of a file, or the task of a run. */
  readonly machine: string | null;
}

const product: readonly AnyStateMachine[] = Object.values(machines);
const isFile = /\.(ts|mts|js|mjs)$/;

export async function exportWhat(config: Config, request: ExportRequest): Promise<string> {
  const { what, format, machine: name } = request;
  const own = product.find(({ id }) => id === what);
  if (own) return exportMachine(own, format);
  if (isFile.test(what)) {
    const all = (await loadSubjects(what)).map(({ machine }) => machine);
    return exportMachine(chosen(all, name), format);
  }
  const run = await findRun(config.home, what).catch((error: unknown) => {
    throw isUserError(error) && error.code === 'run.unknown' ? nothingCalled(what) : error;
  });
  const coverage = coverageOfRuns([run]);
  const machine = chosen(product, name ?? 'task');
  const found = coverage.machines.find(({ machine: id }) => id === machine.id);
  return exportMachine(machine, format, found && happenedIn(found));
}

function nothingCalled(what: string): UserError {
  const names = product.map(({ id }) => id);
  const message = `no machine and no run is called "${what}"; ${suggest(what, names)}`;
  return new UserError('machine.unknown', message, 'name one of them, a file, or a run: troupe ps');
}

function chosen(all: readonly AnyStateMachine[], name: string | null): AnyStateMachine {
  const [first] = all;
  const found = name === null ? first : all.find(({ id }) => id === name);
  if (found) return found;
  const hint = `there are: ${all.map(({ id }) => id).join(', ')}`;
  throw new UserError('machine.unknown', `no machine is called "${name}"`, hint);
}
