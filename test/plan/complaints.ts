/** What a person is told about a plan: the code, and every line of the message. */
import { isUserError } from '../../src/kernel/user-error.ts';
import { definePlan, type PlanDocument } from '../../src/plan/define.ts';
import { parsePlan } from '../../src/plan/parse.ts';
import type { Plan } from '../../src/plan/plan.ts';

export interface Told {
  readonly code: string;
  readonly lines: readonly string[];
  readonly hint: string;
}

export function toldOf(attempt: () => unknown): Told {
  try {
    attempt();
  } catch (error) {
    if (!isUserError(error)) throw error;
    return { code: error.code, lines: error.message.split('\n'), hint: error.hint };
  }
  return { code: 'none', lines: [], hint: '' };
}

export async function toldLater(attempt: () => Promise<unknown>): Promise<Told> {
  try {
    await attempt();
  } catch (error) {
    return toldOf(() => {
      throw error;
    });
  }
  return { code: 'none', lines: [], hint: '' };
}

export const parse = (text: string, file = 'plan.yaml'): Plan =>
  parsePlan(text, { file, folder: '/plans' });

export const toldAbout = (text: string, file?: string): Told => toldOf(() => parse(text, file));

/** For documents that TypeScript itself would refuse. */
export const defineAnything = (document: unknown): Plan => definePlan(document as PlanDocument);

/** Two lines, so that what follows begins on line 3. */
export const simulatedRole = 'agents:\n  w: { adapter: simulated }\n';
/** Two lines as well, with a program to run. */
export const commandRole = 'agents:\n  w: { adapter: command, run: [tool] }\n';
