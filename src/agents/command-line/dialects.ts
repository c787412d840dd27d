/** The command-line agents that there are adapters for, by the name that a plan gives them. */
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import type { Dialect } from './dialect.ts';
import { gemini } from './gemini.ts';
import { opencode } from './opencode.ts';

export const dialects = { claude, codex, gemini, opencode } as const satisfies Readonly<
  Record<string, Dialect>
>;
