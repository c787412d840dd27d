/** Every command by its name: what it is for, and the file that knows the rest, read when asked. */
import type { VerbFile } from './verb.ts';

export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<VerbFile>;
}

/** As the help lists them: what belongs together, in the order in which it is met. */
export const verbGroups: Readonly<Record<string, readonly Verb[]>> = {
  'Plans and runs': [
    {
      name: 'init',
      summary: 'write a small plan with comments, to begin with',
      load: () => import('./commands/init.ts'),
    },
    {
      name: 'verify',
      summary: 'prove before it is run that a plan ends, and its worst cost',
      load: () => import('./commands/verify.ts'),
    },
    {
      name: 'simulate',
      summary: 'play a plan through many times in virtual time: what to expect',
      load: () => import('./commands/simulate.ts'),
    },
    {
      name: 'run',
      summary: 'work off a plan with its team of agents',
      load: () => import('./commands/run.ts'),
    },
    {
      name: 'resume',
      summary: 'go on with a run that was stopped or killed',
      load: () => import('./commands/resume.ts'),
    },
    {
      name: 'fork',
      summary: 'go on from a moment of a run, with a change',
      load: () => import('./commands/fork.ts'),
    },
    {
      name: 'runs',
      summary: 'list runs, remove old ones, or pack their journals',
      load: () => import('./commands/runs.ts'),
    },
    {
      name: 'clean',
      summary: 'take away the worktrees and branches that runs have left',
      load: () => import('./commands/clean.ts'),
    },
  ],
  'See how it goes': [
    {
      name: 'ps',
      summary: 'list all runs, or the tasks and agents of one',
      load: () => import('./commands/ps.ts'),
    },
    {
      name: 'logs',
      summary: 'tell what happened in a run, line by line',
      load: () => import('./commands/logs.ts'),
    },
    {
      name: 'why',
      summary: 'say what a task waits for, and what would move it',
      load: () => import('./commands/why.ts'),
    },
    {
      name: 'attach',
      summary: 'watch agents at work, in panes or one here, and talk to them',
      load: () => import('./commands/attach.ts'),
    },
    {
      name: 'inspect',
      summary: 'look at a run in a browser: our page, or the Stately inspector',
      load: () => import('./commands/inspect.ts'),
    },
  ],
  'Steer a run': [
    {
      name: 'send',
      summary: 'say something to an agent; its next attempt hears it',
      load: () => import('./commands/send.ts'),
    },
    {
      name: 'approve',
      summary: 'say yes to a task, or to its agent, that asks a person',
      load: () => import('./commands/approve.ts'),
    },
    {
      name: 'deny',
      summary: 'say no to a task, or to its agent, that asks a person',
      load: () => import('./commands/deny.ts'),
    },
    {
      name: 'add',
      summary: 'give a run more to do while it goes on',
      load: () => import('./commands/add.ts'),
    },
    {
      name: 'skip',
      summary: 'do without a task; whoever needs it goes on',
      load: () => import('./commands/skip.ts'),
    },
    {
      name: 'cancel',
      summary: 'call off a run, or one task of it',
      load: () => import('./commands/cancel.ts'),
    },
    {
      name: 'takeover',
      summary: 'take a task over from its agent, and go on with it yourself',
      load: () => import('./commands/takeover.ts'),
    },
    {
      name: 'handback',
      summary: 'hand a task that you took over back to an agent, with a note',
      load: () => import('./commands/handback.ts'),
    },
    {
      name: 'context',
      summary: 'see what agents have told each other, and tell them something',
      load: () => import('./commands/context.ts'),
    },
  ],
  'Look back': [
    {
      name: 'replay',
      summary: 'go back to any moment of a run, play it again, or check it',
      load: () => import('./commands/replay.ts'),
    },
    {
      name: 'history',
      summary: 'read what agents said, play it again, export it, go on with it',
      load: () => import('./commands/history.ts'),
    },
    {
      name: 'documents',
      summary: 'see what runs produced, version by version, and get it back',
      load: () => import('./commands/documents.ts'),
    },
    {
      name: 'stats',
      summary: 'compare agents on what they have done here so far',
      load: () => import('./commands/stats.ts'),
    },
    {
      name: 'similar',
      summary: 'find what was done before that is like something, by meaning',
      load: () => import('./commands/similar.ts'),
    },
    {
      name: 'memory',
      summary: 'say what is remembered, look after it, forget for good',
      load: () => import('./commands/memory.ts'),
    },
  ],
  'What agents work with': [
    {
      name: 'templates',
      summary: 'roles ready to use: planner, coder, reviewer and five more',
      load: () => import('./commands/templates.ts'),
    },
    {
      name: 'skills',
      summary: 'know-how for agents: add it, check it, learn it, weigh it',
      load: () => import('./commands/skills.ts'),
    },
    {
      name: 'prompts',
      summary: 'keep prompts by name, with versions and variables',
      load: () => import('./commands/prompts.ts'),
    },
    {
      name: 'accounts',
      summary: 'list, add and limit keys to providers, and say what was spent',
      load: () => import('./commands/accounts.ts'),
    },
  ],
  'A house, and workers elsewhere': [
    {
      name: 'serve',
      summary: 'keep a house of runs: see and steer them in a browser',
      load: () => import('./commands/serve.ts'),
    },
    {
      name: 'status',
      summary: 'say how the house that serves this home is, and why',
      load: () => import('./commands/status.ts'),
    },
    {
      name: 'service',
      summary: 'keep a persistent house going, as a systemd unit of yours',
      load: () => import('./commands/service.ts'),
    },
    {
      name: 'worker',
      summary: 'bring agents to a hub from another process or machine',
      load: () => import('./commands/worker.ts'),
    },
    {
      name: 'token',
      summary: 'say who may join the hubs of a home',
      load: () => import('./commands/token.ts'),
    },
    {
      name: 'nats',
      summary: 'check the NATS servers of a team, and tidy them',
      load: () => import('./commands/nats.ts'),
    },
    {
      name: 'mcp',
      summary: 'serve agents and plans to other assistants, over MCP',
      load: () => import('./commands/mcp.ts'),
    },
  ],
  Machines: [
    {
      name: 'export',
      summary: 'draw a machine, or hand it to Stately, Mermaid, SVG or SCXML',
      load: () => import('./commands/export.ts'),
    },
    {
      name: 'coverage',
      summary: 'show which states and transitions never happened in past runs',
      load: () => import('./commands/coverage.ts'),
    },
  ],
  'This installation': [
    {
      name: 'doctor',
      summary: 'look at what this machine has, and what is missing',
      load: () => import('./commands/doctor.ts'),
    },
    {
      name: 'completion',
      summary: 'print a script that completes commands in a shell',
      load: () => import('./commands/completion.ts'),
    },
  ],
};

export const verbs: readonly Verb[] = Object.values(verbGroups).flat();
