/** `troupe ps`: lists all runs, or the tasks and agents of one. */
import type { Command } from 'commander';
import {
  type AgentView,
  duration,
  systemClock,
  type TaskView,
  type Troupe,
  type WorstCase,
} from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { limitsOf } from '../reports/certificate.ts';
import { allRecords, type RunRecord, recordOf } from '../reports/records.ts';
import { err, out } from '../terminal/render.ts';
import { dayOf, money, type Palette, paletteFor, table, timeOf } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

type PsOptions = HomeOption & JsonOption;

export function define(command: Command, act: Act): void {
  command.argument('[run]', 'its name, the beginning of it, or latest');
  addJson(command, 'print one object: all runs, or all that is known of one');
  addHome(command).action(act(ps));
  addExamples(command, ['troupe ps', 'troupe ps latest', 'troupe ps --json']);
}

async function ps(run: string | undefined, options: PsOptions) {
  const troupe = openTroupe(options);
  if (run === undefined) await showRuns(troupe, options);
  else await showRun(troupe, run, options);
  return exits.succeeded;
}

export async function showRuns(troupe: Troupe, { json }: PsOptions): Promise<void> {
  const records: RunRecord[] = [];
  for await (const record of allRecords(troupe)) records.push(record);
  if (json) return out.json({ runs: records });
  if (records.length === 0) return err.note('There are no runs yet. Start one: troupe run PLAN\n');
  const palette = paletteFor(out, troupe.config.environment);
  const rows = records.map((record) => runRow(record, palette));
  await out.write(table([[...runHeads], ...rows], out.columns));
}

const runHeads = ['RUN', 'STATUS', 'DONE', 'COST', 'STARTED', 'PID', ''];

function runRow(record: RunRecord, palette: Palette): readonly string[] {
  const { id, status, succeeded, total, costUsd, startedAt, pid, reason } = record;
  const started = startedAt === null ? '' : `${dayOf(startedAt)} ${timeOf(startedAt)}`;
  return [
    plainLine(id),
    colourOf(status, palette)(status),
    `${succeeded}/${total}`,
    money(costUsd),
    started,
    String(pid ?? ''),
    plainLine(reason),
  ];
}

async function showRun(troupe: Troupe, name: string, { json }: PsOptions): Promise<void> {
  const summary = await troupe.look(name);
  const record = recordOf(summary);
  const { tasks, agents } = summary.view;
  const { path: folder } = await troupe.folder(record.id);
  const left = await troupe.remainder(record.id);
  if (json) return out.json({ ...record, folder, tasks, agents, left: boundOf(left) });
  const palette = paletteFor(out, troupe.config.environment);
  const parts = [
    table([[...runHeads], runRow(record, palette)], out.columns),
    table([[...taskHeads], ...tasks.map((task) => taskRow(task, palette))], out.columns),
    table([[...agentHeads], ...agents.map((agent) => agentRow(agent, palette))], out.columns),
  ];
  const rest = left ? `Left: ${limitsOf(left, systemClock.now())}.\n\n` : '';
  await out.write(`${parts.join('\n')}\n${rest}${folder}\n`);
}

/** What a program may count on: three figures, or nothing while one of them is not known. */
function boundOf(left: WorstCase | null) {
  if (left === null || left.costUsd === null) return null;
  const { durationMs, costUsd, calls } = left;
  return { durationMs, costUsd, calls };
}

const taskHeads = ['TASK', 'STATE', 'AGENT', 'ATTEMPTS', 'TOOK', ''];

function taskRow(task: TaskView, palette: Palette): readonly string[] {
  const { id, state, agent, attempt, retries, durationMs, fault } = task;
  const took = durationMs > 0 ? duration(durationMs) : '';
  const attempts = attempt > 0 ? `${attempt} of ${Math.max(attempt, retries + 1)}` : '';
  const [asked] = task.questions ?? [];
  const asks = asked && `asks a person: may it use ${asked.tool} ${asked.input}`;
  const why = plainLine(asks ?? fault?.message ?? '');
  return [plainLine(id), outer(state, palette), plainLine(agent ?? ''), attempts, took, why];
}

const agentHeads = ['AGENT', 'ROLE', 'STATE', 'TASK', ''];

function agentRow(agent: AgentView, palette: Palette): readonly string[] {
  const { id, role, state, task, fault } = agent;
  const [name, part] = [plainLine(id), plainLine(role)];
  const why = plainLine(fault?.message ?? '');
  return [name, part, outer(state, palette), plainLine(task ?? ''), why];
}

/** Of `verifying.checking`, a person wants to know the first half. */
function outer(state: string, palette: Palette): string {
  const [first = ''] = state.split('.');
  return colourOf(first, palette)(first);
}

function colourOf(state: string, { green, red, yellow, dim, blue }: Palette) {
  switch (state) {
    case 'succeeded':
      return green;
    case 'failed':
    case 'crashed':
    case 'unreadable':
      return red;
    case 'stopped':
    case 'retrying':
    case 'parked':
    case 'approving':
    case 'escalated':
    case 'held':
      return yellow;
    case 'running':
    case 'working':
    case 'verifying':
      return blue;
    default:
      return dim;
  }
}
