/** What `troupe.yaml` says of a house that goes on for ever: its inbox, outbox and schedules. */
import { relative, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../kernel/user-error.ts';
import type { Complaint } from '../problems/report.ts';
import { fileSafeName, flag, oneOf, text, wholeNumber, words } from '../shapes/fields.ts';

const concurrencyDefault = 4;
const concurrencyMax = 100;
const schedulesMax = 1_000;

const inboxShape = z
  .union(
    [
      words('a folder'),
      z.strictObject(
        {
          folder: words('a folder'),
          agent: text('the name of a role').optional(),
          concurrency: wholeNumber(1, concurrencyMax).optional(),
        },
        { error: 'expected a folder, or a map with folder, agent and concurrency' },
      ),
    ],
    { error: 'expected a folder, or a map with folder, agent and concurrency' },
  )
  .describe('The folder that task files are taken from, who works on them, how many at once.');

const scheduleShape = z.strictObject(
  {
    name: fileSafeName('a name').optional().describe('Default: schedule-1, schedule-2, ...'),
    cron: words('a time in the words of cron, such as "0 6 * * 1-5"').describe(
      'Minute, hour, day of the month, month, day of the week; or @daily and its like.',
    ),
    plan: words('the path of a plan').optional().describe('The plan that is run then.'),
    prompt: words('text').optional().describe('Or one task, for the agent.'),
    agent: text('the name of a role').optional().describe('Who does it. Default: of the inbox.'),
    zone: words('a time zone such as Europe/Berlin').optional().describe("Default: the machine's."),
    missed: oneOf(['once', 'skip'])
      .default('once')
      .describe('Times at which nobody served: made up for by one run, or left out.'),
  },
  { error: 'expected a map with cron, and plan or prompt' },
);

export const serveShape = {
  persistent: flag()
    .optional()
    .describe('serve goes on with its runs after a restart, and takes from inbox and schedules.'),
  inbox: inboxShape.optional(),
  outbox: words('a folder').optional().describe('Where the answers to the inbox are written.'),
  schedules: z
    .array(scheduleShape, { error: 'expected a list of schedules' })
    .max(schedulesMax)
    .optional()
    .describe('What is begun at certain times.'),
};

export interface InboxWish {
  /** Absolute, both. */
  readonly folder: string;
  readonly outbox: string;
}

export interface Schedule {
  readonly name: string;
  readonly cron: string;
  /** IANA; null: that of the machine. */
  readonly zone: string | null;
  readonly missed: 'once' | 'skip';
  /** The file's path is absolute. */
  readonly work:
    | { readonly kind: 'plan'; readonly file: string }
    | { readonly kind: 'prompt'; readonly prompt: string; readonly agent: string | null };
}

export interface ServeWish {
  readonly persistent: boolean;
  readonly inbox: InboxWish | null;
  /** Who works on a task that names nobody; null: the only role there is. */
  readonly agent: string | null;
  /** Tasks and schedules under way at once. */
  readonly concurrency: number;
  readonly schedules: readonly Schedule[];
}

type InboxMap = Exclude<z.input<typeof inboxShape>, string>;
type Written = { [Key in keyof typeof serveShape]?: z.input<(typeof serveShape)[Key]> };

/** What no single value shows to be wrong. */
export function serveMistakes(written: Written): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const add = (path: Complaint['path'], message: string, fix: string): void => {
    complaints.push({ code: 'project.serve', path, say: () => ({ message, fix }) });
  };
  const { inbox, outbox, schedules = [] } = written;
  const folder = folderOf(inbox);
  if (folder !== null && outbox === undefined) {
    add(['inbox'], 'nobody would see the answers', 'name a folder for them: outbox: answers');
  }
  if (folder === null && outbox !== undefined) {
    add(['outbox'], 'there is no inbox to answer', 'name the folder of the tasks: inbox: tasks');
  }
  if (folder !== null && outbox !== undefined && isSameFolder(folder, outbox)) {
    add(['outbox'], 'is the inbox as well', 'answers need a folder of their own');
  }
  const names = namesOf(schedules);
  for (const [at, { plan, prompt }] of schedules.entries()) {
    if ((plan === undefined) === (prompt === undefined)) {
      add(['schedules', at], 'needs either a plan or a prompt', 'say what is begun then');
    }
    if (names.indexOf(names[at] ?? '') < at) {
      add(['schedules', at, 'name'], `"${names[at]}" is there twice`, 'give it another name');
    }
  }
  return complaints;
}

/** Paths become absolute. */
export function serveWishOf(written: Written, base: string): ServeWish {
  const { inbox, outbox = '', schedules = [] } = written;
  const folder = folderOf(inbox);
  const more: Partial<InboxMap> = typeof inbox === 'object' ? inbox : {};
  const names = namesOf(schedules);
  return {
    persistent: written.persistent ?? (folder !== null || schedules.length > 0),
    inbox:
      folder === null ? null : { folder: resolve(base, folder), outbox: resolve(base, outbox) },
    agent: more.agent ?? null,
    concurrency: more.concurrency ?? concurrencyDefault,
    schedules: schedules.map(({ cron, zone, missed, plan, prompt = '', agent }, at) => ({
      name: names[at] ?? '',
      cron,
      zone: zone ?? null,
      missed: missed ?? 'once',
      work:
        plan === undefined
          ? { kind: 'prompt', prompt, agent: agent ?? more.agent ?? null }
          : { kind: 'plan', file: resolve(base, plan) },
    })),
  };
}

function namesOf(schedules: NonNullable<Written['schedules']>): readonly string[] {
  return schedules.map(({ name }, at) => name ?? `schedule-${at + 1}`);
}

const folderOf = (inbox: Written['inbox']): string | null =>
  (typeof inbox === 'object' ? inbox.folder : inbox) ?? null;

/** By its name; by where it leads once both are there: `folders-apart.ts`. */
const isSameFolder = (one: string, other: string): boolean => relative(one, other) === '';

export interface ServeFlags {
  readonly persistent: boolean | undefined;
  readonly inbox: string | undefined;
  readonly outbox: string | undefined;
}

/** What a person's flags and the project say together; flags win. Throws a UserError. */
export function serveWish(
  project: { readonly serve: ServeWish } | null,
  { persistent, inbox, outbox }: ServeFlags,
  cwd: string,
): ServeWish {
  const said = project?.serve ?? serveWishOf({}, cwd);
  const folder = inbox === undefined ? said.inbox?.folder : resolve(cwd, inbox);
  const answers = outbox === undefined ? said.inbox?.outbox : resolve(cwd, outbox);
  const [first] = serveMistakes({
    ...(folder && { inbox: folder }),
    ...(answers && { outbox: answers }),
  });
  if (first) {
    const { message, fix = '' } = first.say(String);
    throw new UserError('serve.inbox', `--${first.path[0]}: ${message}`, fix);
  }
  const given = folder && answers ? { folder, outbox: answers } : null;
  return { ...said, inbox: given, persistent: persistent ?? (given !== null || said.persistent) };
}
