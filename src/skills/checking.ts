/** Has a command of the person's own judge a draft of a skill, before anybody is given it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runId, taskId, token } from '../../machines/ids.ts';
import { openGuardian } from '../agents/processes/guardian.ts';
import { inspect } from '../agents/processes/inspection.ts';
import type { Config } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { runArgv } from '../plan/shell.ts';

const withinMs = 600_000;

/** It runs in the working directory, and is told where the draft is. Throws when it fails. */
export async function checkDraft(
  check: string,
  { name, path }: { readonly name: string; readonly path: string },
  { cwd, environment }: Pick<Config, 'cwd' | 'environment'>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-skill-'));
  const guardian = openGuardian({ environment });
  try {
    const { fault, lastWords } = await inspect({
      ...{ runFolder: folder, runId: runId('skill'), task: taskId('check'), token: token(1) },
      ...{ argv: runArgv({ shell: check }, process.platform), count: 1, timeoutMs: withinMs },
      ...{ cwd, environment, clock: systemClock, guardian },
      variables: { TROUPE_SKILL: path, TROUPE_SKILL_NAME: name },
      signal: new AbortController().signal,
    });
    if (fault === null) return;
    const said = lastWords.trim() === '' ? '' : `: ${lastWords.trim()}`;
    const message = `${JSON.stringify(check)} does not accept it (${fault.message})${said}`;
    throw new UserError('skill.not-accepted', message, `mend ${path}, then accept it again`);
  } finally {
    await guardian.close();
    await rm(folder, { recursive: true, force: true });
  }
}
