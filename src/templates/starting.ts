/** Plans to begin with, made for a folder: kinds of work, each with a team of templates. Pure. */
import type { Ground } from './ground.ts';

export const startingKinds = ['webapp', 'library', 'research', 'review'] as const;
export type StartingKind = (typeof startingKinds)[number];

export interface Starting {
  readonly text: string;
  /** What follows `troupe run FILE`, so that a person can begin at once. */
  readonly input: string | null;
}

export function startingPlan(kind: StartingKind, ground: Ground): Starting {
  switch (kind) {
    case 'webapp':
      return { text: changePlan(webapp, ground), input: 'goal=...' };
    case 'library':
      return { text: changePlan(library, ground), input: 'goal=...' };
    case 'research':
      return { text: researchPlan, input: 'question=...' };
    case 'review':
      return { text: reviewPlan(ground), input: null };
  }
}

/** JSON is YAML, whatever the value holds. */
const quoted = (text: string): string => JSON.stringify(text);

function withTest({ toolchain }: Ground): string {
  return toolchain?.test ? `, with: { test: ${quoted(toolchain.test)} }` : '';
}

const placeOf = ({ base }: Ground): string => (base === null ? 'shared' : 'worktree');

function madeFor({ toolchain, base }: Ground): string {
  const language = toolchain?.language ?? 'a folder that does not say what it is written in';
  const test = toolchain?.test ? `tested by \`${toolchain.test}\`` : 'without a test command';
  const git = base === null ? 'not kept by git' : `branch ${base}`;
  return `# Made for this folder: ${language}, ${test}, ${git}. Change what is not so.`;
}

interface Change {
  readonly name: string;
  readonly about: string;
  readonly plan: string;
  readonly build: string;
  readonly test: string;
  readonly documents: string;
  readonly review: string;
}

const webapp: Change = {
  name: 'webapp',
  about: 'A change of a web application: planned, built, reviewed, tried out and documented.',
  plan: 'Think of the screen, the server, the data and who may do it; of slow networks and phones.',
  build: 'With empty, loading and failed states, by keyboard too, and without a secret in a page.',
  test: 'Try it as a user would: empty, huge and hostile input, twice at once, signed out.',
  documents: 'For users: what is new and how it is used. For operators: settings and migrations.',
  review: 'Does it do what was asked? Look for injection, missing permissions and lost updates.',
};

const library: Change = {
  name: 'library',
  about: 'A change of a library: planned, built, reviewed, tested and documented.',
  plan: 'Write down the public interface first, with an example, and what it breaks for callers.',
  build: 'Keep the public interface small, and what worked before working.',
  test: 'Test the public interface only: the examples, the edges, the errors that callers see.',
  documents: 'The README, the reference, an example that runs, and an entry in the changelog.',
  review: 'Does it do what was asked? Look at names, errors, types and what breaks callers.',
};

function changePlan(of: Change, ground: Ground): string {
  const [test, place] = [withTest(ground), placeOf(ground)];
  const command = ground.toolchain?.test ?? null;
  const check = command === null ? '' : `      - { run: ${quoted(command)} }\n`;
  return `# ${of.about}
${madeFor(ground)}
#
#   troupe verify FILE                          proves that it ends
#   troupe simulate FILE                        plays it through: how long it may take
#   troupe run FILE --input goal="..."          does it, with the agents that are here
name: ${of.name}
concurrency: 2 # tasks at once
inputs:
  goal: { description: What will be true once it is done. }

agents: # see \`troupe templates\`; \`adapter: claude\` on one says who plays it
  planner: { template: planner, count: 1${test} }
  coder: { template: coder, workspace: ${place}${test} }
  reviewer: { template: reviewer, count: 1 }
  tester: { template: tester, workspace: ${place}${test} }
  documenter: { template: documenter, workspace: ${place} }

tasks:
  - id: plan
    agent: planner
    prompt: |
      Plan this change: {{inputs.goal}}
      ${of.plan}

  - id: build
    agent: coder
    needs: [plan]
    prompt: |
      Make this change: {{inputs.goal}}
      ${of.build}
      The plan:
      {{results.plan.output}}
    verify: # looked at by Troupe itself
${check}      - review: { agent: reviewer, prompt: ${quoted(of.review)} }

  - id: test
    agent: tester
    needs: [build]
    prompt: |
      Find out whether this holds, and leave tests for it: {{inputs.goal}}
      ${of.test}
      What was built:
      {{results.build.output}}

  - id: document
    agent: documenter
    needs: [build]
    prompt: |
      Document this change: {{inputs.goal}}
      ${of.documents}
      What was built:
      {{results.build.output}}
`;
}

const researchPlan = `# A question, looked at from three sides and answered in one report.
#
#   troupe verify FILE                          proves that it ends
#   troupe run FILE --input question="..."      does it, with the agents that are here
name: research
concurrency: 3 # tasks at once
inputs:
  question: { description: What you want to know. }
  report: { default: report.md, description: Where the answer will be. }

agents: # see \`troupe templates\`; \`adapter: claude\` on one says who plays it
  researcher: { template: researcher, count: 3 }
  writer: { template: documenter, count: 1, workspace: shared }
  reviewer: { template: reviewer, count: 1 }

tasks:
  - id: known
    agent: researcher
    prompt: |
      What is known about this, and how well? {{inputs.question}}

  - id: practice
    agent: researcher
    prompt: |
      Who has done this, how, and what came of it, in numbers? {{inputs.question}}

  - id: against
    agent: researcher
    prompt: |
      What speaks against the usual answer, and what went wrong for others? {{inputs.question}}

  - id: report
    agent: writer
    needs: [known, practice, against]
    prompt: |
      Write the answer to this into {{inputs.report}}: {{inputs.question}}
      First the answer in five sentences, then the reasons with their sources, then what stays open.
      Known: {{results.known.output}}
      Practice: {{results.practice.output}}
      Against: {{results.against.output}}
    verify: # looked at by Troupe itself
      - { file: "{{inputs.report}}", minBytes: 800 }
      - review: { agent: reviewer, prompt: "Is every claim that matters backed by a source?" }
`;

const diffTask = `
  - id: diff
    agent: checker
    run: [git, --no-pager, diff, "{{inputs.base}}...HEAD"]
`;

const testsTask = (command: string): string => `
  - id: tests
    agent: checker
    run: ${quoted(command)}
    timeout: 30m
`;

function reviewPlan(ground: Ground): string {
  const { base, toolchain } = ground;
  const input =
    base === null
      ? ''
      : `inputs:\n  base: { default: ${quoted(base)}, description: What it is compared with. }\n\n`;
  const diff = base === null ? '' : diffTask;
  const tests = toolchain?.test ? testsTask(toolchain.test) : '';
  const needs = base === null ? '' : '\n    needs: [diff]';
  const what =
    base === null
      ? 'Look at the files of this folder.'
      : 'Look at this change, which is {{inputs.base}}...HEAD, and at the code around it.';
  const change = base === null ? '' : '\n      The change:\n      {{results.diff.output}}';
  const checker = tests + diff === '' ? '' : '  checker: { adapter: command, count: 1 }\n';
  const shown = tests === '' ? '' : '\n      The tests passed: {{results.tests.output}}';
  return `# A review of what has changed, from three sides, brought together in one verdict.
${madeFor(ground)}
#
#   troupe verify FILE     proves that it ends
#   troupe run FILE        does it, with the agents that are here
name: review
concurrency: 4 # tasks at once
${input}agents: # see \`troupe templates\`; \`adapter: claude\` on one says who plays it
  reviewer: { template: reviewer, count: 3 }
${checker}
tasks:${diff}${tests}
  - id: correctness
    agent: reviewer${needs}
    prompt: |
      ${what}
      Judge only whether it is right: results, edges, errors, callers that break.${change}

  - id: safety
    agent: reviewer${needs}
    prompt: |
      ${what}
      Judge only what could be misused or lost: permissions, injection, secrets, data.${change}

  - id: clarity
    agent: reviewer${needs}
    prompt: |
      ${what}
      Judge only whether the next person will understand it: names, tests, documents.${change}

  - id: verdict
    agent: reviewer
    needs: [correctness, safety, clarity${tests === '' ? '' : ', tests'}]
    prompt: |
      Three people have reviewed one change. Bring their findings together: each once, worst first;
      leave out what is wrong or a matter of taste. Then your own verdict.${shown}
      Correctness: {{results.correctness.output}}
      Safety: {{results.safety.output}}
      Clarity: {{results.clarity.output}}
`;
}
