/** Gathers what is wrong with a plan; lines and near names are only sought for what is shown. */

import type { PromptShelf } from '../prompts/prompt-shelf.ts';
import { type Path, PlanError, type Problem, renderPath } from './problem.ts';

/** More than this is a wall of text; the rest is counted. */
const shownMax = 20;

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Place {
  readonly path: Path;
  /** Points at the key instead of its value. */
  readonly at?: 'key';
  /** Points at this text inside the value, when it can be found there. */
  readonly needle?: string;
}

/** Where a plan came from, and how its paths are found again in what the person wrote. */
export interface PlanSource {
  /** As the person named it. */
  readonly file: string;
  /** Absolute; null when nobody knows: a plan that came as an object. */
  readonly folder: string | null;
  /** What the plan is called when it does not say. */
  readonly defaultName: string;
  readonly locate: (place: Place) => Position | null;
  /** Where prompts that it names are; absent: nobody knows them. */
  readonly prompts?: PromptShelf;
  /** Of the teams in it: how deep it is itself in others, and their plans; absent: it is none's. */
  readonly teams?: TeamPlace;
}

export interface TeamPlace {
  readonly depth: number;
  /** Of all teams so far, counted while they are looked at. */
  readonly count: { teams: number };
  /** Plans in files, by the folder and name by which they are named; absent: none was read. */
  readonly files?: ReadonlyMap<string, { readonly value: unknown; readonly source: PlanSource }>;
}

export interface Said {
  readonly message: string;
  readonly fix?: string;
}

export interface Complaint extends Place {
  readonly code: string;
  /** Called for the few that are shown. `lineOf` names another place: `line 12`, or its key. */
  readonly say: (lineOf: (path: Path) => string) => Said;
}

export interface Report {
  add(complaint: Complaint): void;
  /** Throws a PlanError when anything was added. */
  throwIfAny(): void;
}

export function createReport(source: PlanSource): Report {
  const complaints: Complaint[] = [];
  let unshown = 0;
  return {
    add(complaint) {
      if (complaints.length < shownMax) complaints.push(complaint);
      else unshown += 1;
    },
    throwIfAny() {
      if (complaints.length === 0) return;
      const problems = complaints.map((complaint) => problemOf(complaint, source));
      problems.sort((one, other) => one.line - other.line || one.column - other.column);
      throw new PlanError(problems, unshown, mendHint(source.file));
    },
  };
}

export const mendHint = (file: string): string =>
  file === 'definePlan'
    ? 'Change the object given to definePlan at these places.'
    : `Change ${file} at these places, then try again.`;

function problemOf(complaint: Complaint, source: PlanSource): Problem {
  const lineOf = (path: Path): string => {
    const position = source.locate({ path });
    return position ? `line ${position.line}` : renderPath(path);
  };
  const { message, fix = '' } = complaint.say(lineOf);
  const { line, column } = source.locate(complaint) ?? { line: 0, column: 0 };
  const key = renderPath(complaint.path);
  return { code: complaint.code, file: source.file, line, column, key, message, fix };
}
