/** What a person asks of skills: to add, see, check, remove, learn and weigh them. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tokensIn } from '../../memory/manager/tokens.ts';
import { diffLines, type LineChange } from '../../memory/prompts/line-diff.ts';
import type { Config } from '../config.ts';
import { UserError } from '../kernel/user-error.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { type Acceptance, acceptDraft } from './accepting.ts';
import { withFetched } from './fetching.ts';
import { install } from './installing.ts';
import { draftFrom } from './learning.ts';
import { type Accepted, type Lock, readLock, writeLock } from './lockfile.ts';
import { findSkills, installedFolder } from './shelf.ts';
import { skillFile } from './skill.ts';
import { readSkillFolder, type SkillFolder } from './skill-folder.ts';
import { type SkillEffect, skillEffects } from './weighing.ts';

export interface SkillRow {
  readonly name: string;
  readonly description: string;
  readonly place: 'project' | 'home';
  readonly path: string;
  readonly tokens: number;
  readonly sha256: string;
  /** Where it was added from; null: it was not added. */
  readonly source: string | null;
  readonly problem: string | null;
  /** Of one that was learned: who accepted it. */
  readonly accepted: Accepted | null;
  /** Null: no run has used it. */
  readonly effect: SkillEffect | null;
}

export interface Candidate {
  readonly name: string;
  readonly description: string;
  readonly files: readonly string[];
  readonly tokens: number;
  readonly change: 'new' | 'same' | 'changed';
  /** Of its SKILL.md; only what differs, with two lines around. Empty for one that is new. */
  readonly diff: readonly LineChange[];
  /** Other files that come, go or change. */
  readonly touched: readonly string[];
}

export interface AddOptions {
  /** Asked with all that would come; only `true` puts it there. */
  readonly agree: (candidates: readonly Candidate[]) => Promise<boolean>;
}

export class SkillDesk {
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  /** With what past runs say of each. */
  async list(): Promise<readonly SkillRow[]> {
    const lock = this.#lock;
    const effects = await skillEffects(this.#config.home);
    return findSkills(this.#config).map((found) => {
      if (found.kind === 'broken') {
        const { kind: _, ...told } = found;
        const nothing = { source: null, accepted: null, effect: null };
        return { ...told, description: '', tokens: 0, sha256: '', ...nothing };
      }
      const { name, description, path, body, sha256 } = found.skill;
      const locked = found.place === 'project' ? lock[name] : undefined;
      const { source = null, accepted = null } = locked ?? {};
      const about = { name, description, path, sha256, source, accepted, place: found.place };
      const problem = source === null ? null : this.#unlike(found.skill, lock);
      return { ...about, tokens: tokensIn(body), problem, effect: effects.get(name) ?? null };
    });
  }

  async show(name: string): Promise<SkillFolder> {
    const all = findSkills(this.#config);
    const found = all.find((each) => each.kind === 'sound' && each.skill.name === name);
    if (found?.kind === 'sound') return found.skill;
    const broken = all.find((each) => each.kind === 'broken' && each.name === name);
    if (broken?.kind === 'broken') throw new UserError('skill.broken', broken.problem, 'mend it');
    const near = suggest(
      name,
      all.flatMap((each) => (each.kind === 'sound' ? [each.skill.name] : [])),
    );
    const message = `no skill is called ${JSON.stringify(name)}${near && `; ${near}`}`;
    throw new UserError('skill.unknown', message, 'see all: troupe skills list');
  }

  /** Of a folder, a git repository or an npm package. Null: nobody agreed, and nothing changed. */
  async add(source: string, { agree }: AddOptions): Promise<readonly Candidate[] | null> {
    return withFetched(source, this.#config, async (folders) => {
      const skills = folders.map(readSkillFolder);
      const candidates = skills.map((skill) => this.#candidate(skill));
      if (candidates.every(({ change }) => change === 'same')) return candidates;
      if (!(await agree(candidates))) return null;
      const { cwd } = this.#config;
      for (const skill of skills) install(skill, join(cwd, installedFolder, skill.name));
      const added = skills.map(({ name, sha256 }) => [name, { source, sha256 }] as const);
      writeLock(cwd, { ...this.#lock, ...Object.fromEntries(added) });
      return candidates;
    });
  }

  remove(name: string): void {
    const { [name]: locked, ...others } = this.#lock;
    const path = join(this.#config.cwd, installedFolder, name);
    if (!locked) {
      const message = `${JSON.stringify(name)} was not added by \`troupe skills add\``;
      throw new UserError('skill.not-added', message, 'take its folder away yourself');
    }
    rmSync(path, { recursive: true, force: true });
    writeLock(this.#config.cwd, others);
  }

  /** What is wrong, by name: broken ones, and those that are not what was added. */
  verify(): readonly { readonly name: string; readonly problem: string | null }[] {
    const lock = this.#lock;
    const found = findSkills(this.#config);
    const rows = found.map((each) =>
      each.kind === 'broken'
        ? { name: each.name, problem: each.problem }
        : { name: each.skill.name, problem: this.#unlike(each.skill, lock) },
    );
    const names = new Set(rows.map(({ name }) => name));
    const lost = Object.keys(lock).filter((name) => !names.has(name));
    return [...rows, ...lost.map((name) => ({ name, problem: 'was added, and is not there' }))];
  }

  /** Writes a draft of what went well in runs; nobody is given it until it is accepted. */
  learn(runs: readonly string[], name: string | null): Promise<{ name: string; file: string }> {
    return draftFrom(runs, name, this.#config);
  }

  /** A draft becomes a skill of the project; with a check only if that succeeds. */
  accept(name: string, check: string | null = null): Promise<Acceptance> {
    return acceptDraft(name, check, this.#config);
  }

  /** What past runs say of one; null: none has used it. */
  async effect(name: string): Promise<SkillEffect | null> {
    return (await skillEffects(this.#config.home)).get(name) ?? null;
  }

  get #lock(): Lock {
    return readLock(this.#config.cwd);
  }

  #unlike({ name, path, sha256 }: SkillFolder, lock: Lock): string | null {
    const locked = lock[name];
    const isInstalled = path === join(this.#config.cwd, installedFolder, name);
    if (!locked || !isInstalled || locked.sha256 === sha256) return null;
    return 'is not what was added: look at it, then add it again';
  }

  #candidate(skill: SkillFolder): Candidate {
    const { name, description, files, body, sha256 } = skill;
    const path = join(this.#config.cwd, installedFolder, name);
    const before = existsSync(path) ? readSkillFolder(path) : null;
    const change = before === null ? 'new' : before.sha256 === sha256 ? 'same' : 'changed';
    const told = { name, description, tokens: tokensIn(body), files: files.map((f) => f.name) };
    if (change !== 'changed' || !before) return { ...told, change, diff: [], touched: [] };
    const textOf = (folder: SkillFolder): string =>
      folder.files.find((file) => file.name === skillFile)?.content.toString('utf8') ?? '';
    const diff = nearChanges(diffLines(textOf(before), textOf(skill)));
    return { ...told, change, diff, touched: touchedBetween(before, skill) };
  }
}

const around = 2;

function nearChanges(lines: readonly LineChange[]): readonly LineChange[] {
  return lines.filter((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same'),
  );
}

function touchedBetween(before: SkillFolder, after: SkillFolder): readonly string[] {
  const old = new Map(before.files.map(({ name, content }) => [name, content]));
  const fresh = new Map(after.files.map(({ name, content }) => [name, content]));
  const names = [...new Set([...old.keys(), ...fresh.keys()])].filter((each) => each !== skillFile);
  return names.filter((name) => {
    const [one, other] = [old.get(name), fresh.get(name)];
    return !one || !other || !one.equals(other);
  });
}
