/** Gathers what became of the tasks of a home's runs, from their result files; changes nothing. */
import { readdir } from 'node:fs/promises';
import type { Plan } from '../plan/plan.ts';
import { listRuns, type RunFolder, readOrder } from '../runs/folder.ts';
import { readResult, type TaskResult } from '../runs/results.ts';
import { type Sample, type Stat, type StatKey, skillsOf, statsBy } from './tally.ts';

/** The newest count; older ones tell of older agents. */
export const runsMax = 500;
const samplesMax = 5_000;

export interface Stats {
  readonly by: StatKey;
  readonly runs: number;
  readonly stats: readonly Stat[];
}

/** This project's own history, counted by one thing. */
export async function readStats(home: string, by: StatKey): Promise<Stats> {
  const { runs, samples } = await pastTasks(home);
  return { by, runs, stats: statsBy(by, await sortedFor(by, samples)) };
}

async function sortedFor(by: StatKey, samples: readonly Sample[]): Promise<readonly Sample[]> {
  if (by === 'kind') return withKinds(samples);
  return by === 'skill' ? withSkills(samples) : samples;
}

/** Each once for every skill that agents of its role were given: with it, or without. */
function withSkills(samples: readonly Sample[]): readonly Sample[] {
  const ofRoles = new Map<string, Set<string>>();
  for (const sample of samples) {
    const known = ofRoles.get(sample.role) ?? new Set();
    ofRoles.set(sample.role, new Set([...known, ...skillsOf(sample)]));
  }
  return samples.flatMap((sample) => {
    const own = skillsOf(sample);
    const names = [...(ofRoles.get(sample.role) ?? [])];
    return names.map((name) => ({ ...sample, skill: own.includes(name) ? name : `no ${name}` }));
  });
}

/** What became of past tasks, the newest first. */
export async function pastTasks(home: string) {
  const folders = (await listRuns(home)).slice(0, runsMax);
  const samples: Sample[] = [];
  for (const folder of folders) {
    if (samples.length >= samplesMax) break;
    samples.push(...(await samplesOf(folder).catch(() => [])));
  }
  return { runs: folders.length, samples };
}

/** Each with the kind that it is of, and who did it: `coder, fix login: claude`. */
async function withKinds(samples: readonly Sample[]): Promise<readonly Sample[]> {
  const { Kinds } = await import('./kinds.ts');
  const kinds = new Kinds();
  // The oldest first: whatever is done next, what was known stays what it is.
  const found = samples.toReversed().map((sample) => ({ sample, kind: kinds.add(sample) }));
  return found.flatMap(({ sample, kind }) => {
    if (kind === null) return [];
    return [{ ...sample, kind: `${sample.role}, ${kind.name}: ${sample.adapter}` }];
  });
}

/** What can't be read tells nothing. */
async function samplesOf(folder: RunFolder): Promise<readonly Sample[]> {
  const { plan, forkedFrom } = await readOrder(folder);
  // What a fork took over was done in the run that it comes from.
  const inherited = forkedFrom ? await resultsOf(forkedFrom.run, folder) : new Set<string>();
  const names = await readdir(folder.results);
  const prompts = new Map(plan.tasks.map(({ id, prompt }) => [id, prompt]));
  const samples: Sample[] = [];
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const task = name.slice(0, -'.json'.length);
    const result = await readResult(folder, task).catch(() => null);
    if (!result || inherited.has(task)) continue;
    const prompt = prompts.get(task) ?? '';
    samples.push({
      run: folder.id,
      task,
      prompt,
      kind: '',
      skill: '',
      result,
      ...castOf(plan, task, result),
    });
  }
  return samples;
}

async function resultsOf(run: string, { path, id }: RunFolder): Promise<ReadonlySet<string>> {
  const results = `${path.slice(0, -id.length)}${run}/results`;
  const names = await readdir(results).catch(() => []);
  return new Set(names.map((name) => name.replace(/\.json$/, '')));
}

/** An agent is called after its role, also at a task that was added while the run went on. */
function castOf(plan: Plan, task: string, { agent_id: agent, chosen }: TaskResult) {
  const named = agent?.replace(/-\d+$/, '') ?? plan.tasks.find(({ id }) => id === task)?.role;
  const role = plan.roles.find(({ name }) => name === named);
  if (!role) return { role: named ?? 'unknown', adapter: 'unknown', model: 'unknown' };
  const model = 'model' in role && role.model ? role.model : null;
  const adapter = chosen ?? role.adapter;
  return { role: role.name, adapter, model: model ? `${adapter} ${model}` : adapter };
}
