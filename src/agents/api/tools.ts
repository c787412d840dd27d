/** The tools that a model is offered: what each takes, what it may be used for, what it does. */
import { z } from 'zod';
import { lastWords } from '../faults.ts';
import {
  type Done,
  done,
  listFolder,
  notDone,
  readPiece,
  replaceIn,
  writeWhole,
} from '../hands/folder-files.ts';
import type { Ended } from '../processes/process.ts';

/** `ask`: a person decides about whatever changes something. */
export type ApiPermissions = 'read' | 'edit' | 'full' | 'ask';

/** Where the tools work. */
export interface Workbench {
  readonly root: string;
  readonly run: (line: string, timeoutMs: number) => Promise<Ended>;
  /** Whether anything may still be done there. */
  readonly isWanted: () => Promise<boolean>;
}

type Need = 'read' | 'edit' | 'full';

interface Tool {
  readonly name: string;
  readonly needs: Need;
  readonly description: string;
  readonly parameters: object;
  readonly use: (input: unknown, bench: Workbench) => Promise<Done>;
}

const path = z.string().min(1).max(4_096).describe('Relative to the folder you work in.');
const line = z.number().int().min(1);
const runDefaultMs = 120_000;
const runMaxMs = 30 * 60_000;
/** The end of what a program printed is what tells how it went. */
const outputMaxCharacters = 24_000;

function tool<Shape extends z.ZodType>(
  name: string,
  needs: Need,
  description: string,
  shape: Shape,
  act: (input: z.output<Shape>, bench: Workbench) => Promise<Done>,
): Tool {
  const { $schema: _, ...parameters } = z.toJSONSchema(shape);
  const use = async (given: unknown, bench: Workbench): Promise<Done> => {
    const input = shape.safeParse(given);
    if (input.success) return act(input.data, bench);
    return notDone(`these are no arguments of ${name}: ${z.prettifyError(input.error)}`);
  };
  return { name, needs, description, parameters, use };
}

const tools: readonly Tool[] = [
  tool(
    'list',
    'read',
    'Lists a folder; names of folders end with "/".',
    z.strictObject({ path: path.default('.') }),
    ({ path }, { root }) => listFolder(root, path),
  ),
  tool(
    'read',
    'read',
    'Reads a file, or some lines of it.',
    z.strictObject({ path, line: line.optional(), lines: line.optional() }),
    (piece, { root }) => readPiece(root, piece),
  ),
  tool(
    'write',
    'edit',
    'Writes a whole file; its folders are made.',
    z.strictObject({ path, content: z.string() }),
    ({ path, content }, { root }) => writeWhole(root, path, content),
  ),
  tool(
    'replace',
    'edit',
    'Replaces a text that stands exactly once in a file.',
    z.strictObject({ path, old: z.string().min(1), new: z.string() }),
    ({ path, old, new: fresh }, { root }) => replaceIn(root, path, { old, fresh }),
  ),
  tool(
    'run',
    'full',
    'Runs a line in the shell, in the folder you work in, and tells how it ended.',
    z.strictObject({
      command: z.string().min(1).max(100_000),
      timeoutSeconds: z
        .number()
        .min(1)
        .max(runMaxMs / 1_000)
        .optional(),
    }),
    async ({ command, timeoutSeconds }, { run }) =>
      told(await run(command, timeoutSeconds === undefined ? runDefaultMs : timeoutSeconds * 1e3)),
  ),
];

function told({ ending, stdout, stderr }: Ended): Done {
  const words = [stdout.tail, stderr.tail].filter((text) => text.trim() !== '').join('\n');
  const shown =
    words.length > outputMaxCharacters ? `[...]${words.slice(-outputMaxCharacters)}` : words;
  switch (ending.kind) {
    case 'exited':
      return {
        how: ending.exitCode === 0 ? 'succeeded' : 'failed',
        text: `exit ${ending.exitCode}\n${shown}`,
      };
    case 'killed':
      return notDone(`ended by ${ending.signal}\n${shown}`);
    case 'timed-out':
      return notDone(`it took too long and was ended\n${shown}`);
    case 'cancelled':
      return notDone('it was given up');
    case 'faulted':
      return notDone(lastWords(ending.fault.message));
  }
}

const ranks: Readonly<Record<Need, number>> = { read: 0, edit: 1, full: 2 };

export function toolsFor(permissions: ApiPermissions): readonly Tool[] {
  const rank = permissions === 'ask' ? ranks.full : ranks[permissions];
  return tools.filter(({ needs }) => ranks[needs] <= rank);
}

/** What a call of a tool means under these permissions. */
export type Leave =
  | { readonly kind: 'allowed' | 'asked'; readonly tool: Tool }
  | { readonly kind: 'denied' | 'unknown' };

export function leaveFor(name: string, permissions: ApiPermissions): Leave {
  const tool = tools.find((each) => each.name === name);
  if (!tool) return { kind: 'unknown' };
  if (!toolsFor(permissions).includes(tool)) return { kind: 'denied' };
  return { kind: permissions === 'ask' && tool.needs !== 'read' ? 'asked' : 'allowed', tool };
}

export { type Done, done };
