/** Drafts a skill from runs that succeeded: what was asked, and what was seen to work. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { UserError } from '../kernel/user-error.ts';
import { ensureFolder, writeWhole } from '../runs/disk.ts';
import { findRun, readOrder } from '../runs/folder.ts';
import { readResult, type TaskResult } from '../runs/results.ts';
import { parseSkill, skillFile } from './skill.ts';

/** Nobody is given what lies here. */
export const draftsFolder = join('.troupe', 'skill-drafts');

interface Lesson {
  readonly task: string;
  readonly role: string;
  readonly prompt: string;
  readonly result: TaskResult;
  /** Where its run is: no words of the next task. */
  readonly runFolder: string;
}

const lessonsMax = 12;
const askedMax = 600;
const answerMax = 1_500;

export async function draftFrom(
  runs: readonly string[],
  wanted: string | null,
  { cwd, home }: Config,
): Promise<{ readonly name: string; readonly file: string }> {
  const lessons: Lesson[] = [];
  const plans: string[] = [];
  for (const run of runs) {
    const folder = await findRun(home, run);
    const { plan } = await readOrder(folder);
    plans.push(plan.name);
    for (const { id, role, prompt } of plan.tasks) {
      const result = await readResult(folder, id);
      // What nobody has looked at may be wrong, and would be taught.
      if (result?.status === 'completed' && result.evidence.some(wasSeen)) {
        lessons.push({ task: id, role, prompt, result, runFolder: folder.path });
      }
    }
  }
  if (lessons.length === 0) throw nothing(runs);
  const name = wanted ?? nameOf(plans[0] ?? 'learned');
  const text = draftText(name, plans, lessons.slice(0, lessonsMax));
  const folder = join(cwd, draftsFolder, name);
  const file = join(folder, skillFile);
  parseSkill(text, file, folder);
  if (existsSync(file)) {
    const hint = `accept it, take it away, or name another: --as ${name}-2`;
    throw new UserError('skill.draft-exists', `${file} is there already`, hint);
  }
  for (const each of ['.troupe', draftsFolder, join(draftsFolder, name)]) {
    ensureFolder(join(cwd, each));
  }
  writeWhole(file, text);
  return { name, file };
}

const wasSeen = ({ kind, passed }: TaskResult['evidence'][number]): boolean =>
  passed && kind !== 'exit';

function nothing(runs: readonly string[]): UserError {
  const message = `in ${runs.join(', ')} no task succeeded on more than its own word`;
  return new UserError('skill.nothing-learned', message, 'give its tasks a "verify"');
}

const nameOf = (plan: string): string =>
  plan
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 60)
    .replace(/-$/, '') || 'learned';

function draftText(name: string, plans: readonly string[], lessons: readonly Lesson[]): string {
  const about = [...new Set(plans)]
    .join(', ')
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, 200);
  const roles = [...new Set(lessons.map(({ role }) => role))].join(', ');
  const checks = new Set(
    lessons.flatMap((lesson) =>
      lesson.result.evidence.filter(wasSeen).map(({ summary }) => anywhere(summary, lesson)),
    ),
  );
  const description = `What has worked for ${about} (${roles}). Use it for tasks like these.`;
  const parts = lessons.map((lesson) => {
    const { task, role, prompt, result } = lesson;
    const asked = prompt.trim() === '' ? [] : [`Asked:\n\n${quoted(prompt, askedMax)}`];
    const tries = result.attempts === 1 ? 'at the first attempt' : `at attempt ${result.attempts}`;
    return [
      `### ${task} (${role}, ${tries})`,
      ...asked,
      `Done:\n\n${quoted(anywhere(result.output, lesson), answerMax)}`,
    ].join('\n\n');
  });
  return `---
name: ${name}
description: ${JSON.stringify(description)}
---
<!-- A draft, made of runs. Keep what holds in general, and take the rest away. -->

## What must hold

${[...checks].map((check) => `- ${oneLine(check)}`).join('\n')}

## What has worked

${parts.join('\n\n')}
`;
}

/** What lay in a run's own folder lies elsewhere the next time. */
function anywhere(text: string, { runFolder, task }: Lesson): string {
  const artifacts = join(runFolder, 'artifacts', task);
  return text.replaceAll(artifacts, '$TROUPE_ARTIFACTS').replaceAll(runFolder, 'the run');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 300);

const quoted = (text: string, max: number): string =>
  (text.trim() || 'nothing was said').slice(0, max).replace(/^/gm, '> ');
