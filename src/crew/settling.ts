/** Settles, before a run begins, where its tasks work and what their worktrees start from. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { tellChoices } from '../learning/telling.ts';
import type { Plan } from '../plan/plan.ts';
import { choicesIn } from '../plan/roles/agent-choice.ts';
import { repositoryNeed, settleWorkspaces } from '../plan/workspaces.ts';
import { ensureFolder, writeWhole } from '../runs/disk.ts';
import type { RunBase, RunSkill } from '../runs/folder.ts';
import { requireBus } from '../workers/wanted.ts';
import { Git } from '../worktrees/git.ts';
import { findBase } from '../worktrees/repository.ts';

export interface Settled {
  readonly plan: Plan;
  /** Absent when no task works in a worktree. */
  readonly base?: RunBase;
  /** Absent when no role asks for any. */
  readonly skills?: readonly RunSkill[];
}

/** Throws a UserError when a worktree, or a worker, is asked for where there can be none. */
export async function settle(plan: Plan, config: Config, clock: Clock): Promise<Settled> {
  requireBus(plan, config);
  const ground = await settleGround(plan, config, clock);
  const settled = { ...ground, plan: await settleLearned(ground.plan, config) };
  return { ...settled, ...(await settleSkills(plan, config)) };
}

/** Only a plan that asks for it pays for looking at what past tasks say. */
export async function settleLearned(
  plan: Plan,
  config: Pick<Config, 'home' | 'environment'>,
): Promise<Plan> {
  if (!plan.roles.some((role) => role.adapter === 'auto' && role.learned)) return plan;
  const { settleAgents } = await import('../learning/settling.ts');
  return settleAgents(plan, config);
}

/** Only a plan that asks for skills pays for looking for them. */
async function settleSkills(plan: Plan, config: Config) {
  if (plan.roles.every(({ skills }) => skills === undefined)) return {};
  const { skillsFor } = await import('../skills/ordering.ts');
  return skillsFor(plan, config);
}

async function settleGround(plan: Plan, config: Config, clock: Clock): Promise<Settled> {
  const need = repositoryNeed(plan);
  if (need === 'none') return { plan };
  const { environment, cwd, home } = config;
  const found = await findBase(new Git({ environment, marks: {}, clock }), cwd, home);
  if (found.kind === 'found') {
    hideFromGit(home);
    return { plan: settleWorkspaces(plan), base: found.base };
  }
  if (need === 'needed') throw found.problem;
  return { plan };
}

/** Worktrees are no files of the repository that they lie in. */
function hideFromGit(home: string): void {
  const path = join(home, '.gitignore');
  if (existsSync(path)) return;
  ensureFolder(home);
  writeWhole(path, '*\n');
}

/** What a person should know of what a run starts from. */
export function notesOn({ base, plan }: Pick<Settled, 'base' | 'plan'>): readonly string[] {
  return [...changesNote(base), ...tellChoices(choicesIn(plan))];
}

function changesNote(base: RunBase | undefined): readonly string[] {
  if (!base || base.changes === 0) return [];
  const files = base.changes === 1 ? '1 file has' : `${base.changes} files have`;
  const commit = base.commit.slice(0, 10);
  return [`${files} uncommitted changes, which worktrees do not see: they start from ${commit}`];
}
