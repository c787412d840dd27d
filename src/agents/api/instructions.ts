/** What a model is told of its work before it gets its task. */
import type { ApiPermissions } from './tools.ts';

const may: Readonly<Record<ApiPermissions, string>> = {
  read: 'You can look at files there, and change nothing.',
  edit: 'You can read and change files there; you can not run programs.',
  full: 'You can read and change files there, and run programs.',
  ask: 'You can read files there; a person is asked before anything is changed or run.',
};

export const instructions = (cwd: string, permissions: ApiPermissions): string =>
  [
    `You work by yourself on one task, in the folder ${cwd}. ${may[permissions]}`,
    'Use the tools: what you only describe has not been done. Nobody answers questions.',
    'What you say last, without using a tool, ends the task and is its result.',
  ].join('\n');
