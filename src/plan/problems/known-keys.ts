/** Which keys each part of a plan knows, and what to say about one that it does not know. */

import type { z } from 'zod';
import { promptUseShape } from '../prompts/prompt-uses.ts';
import { accountShape, priceShape } from '../shapes/account-shapes.ts';
import { whenShapes } from '../shapes/agent-shapes.ts';
import { gatherShape } from '../shapes/gather.ts';
import { healKeys } from '../shapes/heal.ts';
import { reviewShape } from '../shapes/review-shape.ts';
import {
  backoffShape,
  budgetShape,
  checkShapes,
  defaultsShape,
  inputShape,
  planShape,
  recallShape,
  roleShapes,
  simulateShape,
  stuckShape,
  taskShape,
} from '../shapes/schema.ts';
import { subtasksShape, totalShape } from '../shapes/subtasks.ts';
import { suggest } from './nearest.ts';
import { type Path, quote, valueAt } from './problem.ts';
import type { Said } from './report.ts';
import { keysAt } from './shape-keys.ts';

/** Words of other tools, and of haste. */
const otherWords: Readonly<Record<string, string>> = {
  after: 'needs',
  depends_on: 'needs',
  dependsOn: 'needs',
  dependencies: 'needs',
  deps: 'needs',
  role: 'agent',
  command: 'run',
  cmd: 'run',
  script: 'run',
  instructions: 'prompt',
  steps: 'tasks',
  jobs: 'tasks',
  roles: 'agents',
  environment: 'env',
  type: 'adapter',
  checks: 'verify',
  key: 'keyEnv',
  apiKey: 'keyEnv',
  api_key: 'keyEnv',
  token: 'keyEnv',
  accounts: 'account',
};

type Family = Readonly<Record<string, { readonly shape: object }>>;

/** Maps that come in kinds: a key of another kind deserves better than `unknown`. */
interface Kinds {
  readonly word: string;
  readonly family: Family;
  readonly kindOf: (map: Readonly<Record<string, unknown>>) => string;
}

const roleKinds: Kinds = {
  word: 'adapter',
  family: roleShapes,
  kindOf: (role) => String(role.adapter),
};

const checkKinds: Kinds = {
  word: 'check',
  family: checkShapes,
  kindOf: (check) => Object.keys(checkShapes).find((kind) => Object.hasOwn(check, kind)) ?? '',
};

export interface KeyMistake extends Said {
  readonly code: string;
}

/** `path` leads to the map that holds the key; `whole` is the schema of what is no plan. */
export function unknownKey(
  document: unknown,
  path: Path,
  key: string,
  whole: z.ZodType | null,
): KeyMistake {
  const [part = ''] = path;
  if (whole && !Object.hasOwn(planShape.shape, part)) return strangeKey(key, keysAt(whole, path));
  const kinds = kindsAt(path);
  const map = valueAt(document, path);
  if (kinds && typeof map === 'object' && map !== null) {
    const kind = kinds.kindOf(map as Readonly<Record<string, unknown>>);
    const mistake = otherKind(kinds, kind, key);
    return mistake ?? strangeKey(key, Object.keys(kinds.family[kind]?.shape ?? {}));
  }
  return strangeKey(key, Object.keys(shapeAt(path)));
}

function otherKind({ word, family }: Kinds, kind: string, key: string): KeyMistake | null {
  const owner = Object.keys(family).find((name) => Object.hasOwn(family[name]?.shape ?? {}, key));
  if (owner === undefined) return null;
  const code = word === 'adapter' ? 'plan.wrong-adapter' : 'plan.wrong-check';
  if (Object.hasOwn(family, key)) {
    return { code, message: `a ${kind} ${word} has no ${key}`, fix: `write two ${word}s` };
  }
  return {
    code,
    message: `${quote(key)} goes with ${word} ${owner}, and this is ${word} ${kind}`,
    fix: `leave it out, or make this ${word} ${owner}`,
  };
}

function strangeKey(key: string, known: readonly string[]): KeyMistake {
  const code = 'plan.unknown-key';
  const message = `there is no key ${quote(key)} here`;
  const meant = Object.hasOwn(otherWords, key) ? otherWords[key] : undefined;
  const isKnown = meant !== undefined && known.includes(meant);
  return { code, message, fix: isKnown ? `did you mean "${meant}"?` : suggest(key, known) };
}

function kindsAt(path: Path): Kinds | null {
  if (path[0] === 'agents' && path.length === 2) return roleKinds;
  const isInside = path.at(-1) === 'schema' || path.at(-1) === 'review';
  return path[2] === 'verify' && !isInside ? checkKinds : null;
}

function shapeAt(path: Path): object {
  if (path.length === 0) return planShape.shape;
  if (path.at(-1) === 'prompt') return promptUseShape.shape;
  if (path.at(-1) === 'review') return reviewShape.shape;
  if (path.at(-1) === 'gather') return gatherShape.shape;
  if (path.at(-1) === 'stuck') return stuckShape.shape;
  if (path.at(-1) === 'backoff') return backoffShape.shape;
  if (path.at(-1) === 'simulate') return simulateShape.shape;
  if (path.at(-1) === 'memory') return recallShape.shape;
  if (path.at(-1) === 'budget') return budgetShape.shape;
  if (path.at(-1) === 'price') return priceShape.shape;
  if (path.at(-1) === 'when') return whenShapes;
  if (path.at(-2) === 'when') return whenShapes[path.at(-1) as keyof typeof whenShapes].shape;
  if (path[0] === 'accounts') return accountShape.shape;
  if (path[0] === 'tasks' && path[2] === 'heal') return healKeys(path.at(-1));
  if (path.at(-1) === 'subtasks') {
    return path[0] === 'tasks' ? subtasksShape.shape : totalShape.shape;
  }
  if (path[0] === 'tasks') return taskShape.shape;
  if (path[0] === 'inputs') return inputShape.shape;
  return defaultsShape.shape;
}
