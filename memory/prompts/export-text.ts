/** Reads what a library has exported, prompt by prompt, so that a bad one costs no other. */
import { z } from 'zod';
import { MemoryMistake, messageOf } from '../errors.ts';
import { name, prompt, type Stored } from './stored-prompt.ts';

export interface BadPrompt {
  readonly name: string;
  readonly why: string;
}

export interface ImportedPrompts {
  readonly added: readonly string[];
  /** Known ones that got a new version. */
  readonly changed: readonly string[];
  readonly bad: readonly BadPrompt[];
}

const whole = z.object({ version: z.literal(1), prompts: z.record(z.string(), z.unknown()) });

export function readExport(text: string) {
  const sound: (readonly [name: string, stored: Stored])[] = [];
  const bad: BadPrompt[] = [];
  for (const [given, value] of Object.entries(promptsIn(text))) {
    const parsed = prompt.safeParse(value);
    const isNamed = name.safeParse(given).success;
    if (parsed.success && isNamed) sound.push([given, parsed.data]);
    else bad.push({ name: given, why: isNamed ? whyBad(parsed.error) : 'that is no name' });
  }
  return { sound, bad };
}

function promptsIn(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw noExport(messageOf(error));
  }
  const parsed = whole.safeParse(value);
  if (!parsed.success) throw noExport(whyBad(parsed.error));
  return parsed.data.prompts;
}

function whyBad(error: z.ZodError | undefined): string {
  const [issue] = error?.issues ?? [];
  return `${issue?.path.join('.')}: ${issue?.message}`;
}

function noExport(why: string): MemoryMistake {
  const hint = 'give a file that `troupe prompts export` has written';
  return new MemoryMistake('prompt.no-export', `that is no export of prompts: ${why}`, hint);
}
