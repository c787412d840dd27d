/** The limits that a person may meet, gathered from where they are kept. */
import { defaultOutputMaxBytes } from './agents/processes/process.ts';
import { defaultBytesMax } from './journal/file.ts';
import { tasksMax } from './plan/read.ts';
import { bytesMax } from './plan/text/file.ts';

const mebibyte = 1024 ** 2;

/** By what is counted. */
export const limits: Readonly<Record<string, number>> = {
  'tasks in a plan': tasksMax,
  'MiB of a plan file': bytesMax / mebibyte,
  'MiB that an attempt may print': defaultOutputMaxBytes / mebibyte,
  'MiB of the journal of a run': defaultBytesMax / mebibyte,
};
