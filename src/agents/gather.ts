/** Nobody at work: what others have answered becomes one answer, by a rule that costs nothing. */
import { assertNever } from '../../machines/errors.ts';
import {
  type Evidence,
  type Fault,
  noOutput,
  noUsage,
  type Outcome,
} from '../../machines/outcome.ts';
import type { Adapter, Assignment } from './agent.ts';
import { keepAnswer } from './answer.ts';
import { broken } from './faults.ts';

/** What one task has answered that succeeded. */
export interface Answer {
  readonly task: string;
  readonly text: string;
  /** Looks that the runtime itself made, and that passed. */
  readonly passed: number;
  readonly attempts: number;
  /** Null when nobody knows. */
  readonly costUsd: number | null;
}

/** In the order of the plan. */
export interface Gathering {
  readonly how: 'concat' | 'vote' | 'best-of' | 'pick';
  readonly answers: readonly Answer[];
  /** Of `pick`: the task that the judge has named; null when it named none of them. */
  readonly best: string | null;
}

export type Gathered = { readonly text: string; readonly why: string } | { readonly fault: Fault };

export function gathered({ how, answers, best }: Gathering): Gathered {
  switch (how) {
    case 'concat':
      return { text: inARow(answers), why: `${answers.length} answers, one after the other` };
    case 'vote':
      return voted(answers);
    case 'best-of':
      return bestOf(answers);
    case 'pick': {
      const picked = answers.find(({ task }) => task === best);
      if (!picked) return lost('gather.not-judged', 'the judge named none of those that succeeded');
      return { text: picked.text, why: `the judge named ${picked.task}` };
    }
    default:
      return assertNever(how);
  }
}

function inARow(answers: readonly Answer[]): string {
  const [only, ...others] = answers;
  if (only && others.length === 0) return only.text;
  return answers.map(({ task, text }) => `## ${task}\n\n${text}`).join('\n\n');
}

/** Answers are the same that differ in case, space and the dot at their end only. */
const essence = (text: string): string =>
  text.toLowerCase().replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');

function voted(answers: readonly Answer[]): Gathered {
  const camps = new Map<string, Answer[]>();
  for (const answer of answers) {
    const key = essence(answer.text);
    camps.set(key, [...(camps.get(key) ?? []), answer]);
  }
  const [first = [], second = []] = [...camps.values()].sort((a, b) => b.length - a.length);
  const [spokesman] = first;
  if (!spokesman || first.length === second.length) {
    return lost('gather.tied', `no answer has most votes: ${first.length} each at best`);
  }
  return { text: spokesman.text, why: `${first.length} of ${answers.length} said it` };
}

/** What was looked at counts most; then who needed fewer tries, and less money. */
function bestOf(answers: readonly Answer[]): Gathered {
  const price = ({ costUsd }: Answer): number => costUsd ?? Number.MAX_VALUE;
  const [best] = [...answers].sort(
    (a, b) => b.passed - a.passed || a.attempts - b.attempts || price(a) - price(b),
  );
  if (!best) return lost('gather.nothing', 'nobody has answered');
  const { task, passed, attempts } = best;
  return { text: best.text, why: `${task}: ${passed} checks passed, ${attempts} attempts` };
}

const lost = (code: string, message: string): { readonly fault: Fault } => ({
  fault: { code, message, retryable: false },
});

/** Its prompt is the gathering, as JSON. */
export function gatherAdapter(runFolder: string): Adapter {
  return {
    name: 'gather',
    open: async () => null,
    work: async (assignment) => {
      try {
        return await work(assignment, runFolder);
      } catch (error) {
        return ended(broken(error));
      }
    },
    recall: async () => ({ usage: noUsage }),
  };
}

async function work(assignment: Assignment, runFolder: string): Promise<Outcome> {
  const found = gathered(JSON.parse(assignment.prompt) as Gathering);
  if ('fault' in found) return ended(found.fault);
  const output = await keepAnswer(found.text, assignment, runFolder);
  const seen: Evidence = { kind: 'exit', passed: true, summary: found.why, facts: {} };
  return { kind: 'succeeded', durationMs: 0, output, usage: noUsage, evidence: [seen] };
}

function ended(fault: Fault): Outcome {
  const evidence: Evidence = { kind: 'exit', passed: false, summary: fault.message, facts: {} };
  const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [evidence] };
  return { kind: 'failed', fault, ...measured };
}
