/** Plans written in TypeScript: checked like a file's, with the editor's help while typing. */
import type { z } from 'zod';
import { checkPlan } from './check.ts';
import type { Plan } from './plan.ts';
import { createReport, type PlanSource } from './problems/report.ts';
import type { PromptShelf } from './prompts/prompt-shelf.ts';
import type { PlanDocument, roleShapes } from './shapes/schema.ts';
import { outOfBounds } from './text/bounds.ts';

export type CommandRoleDocument = z.input<typeof roleShapes.command>;
export type SimulatedRoleDocument = z.input<typeof roleShapes.simulated>;
export type ClaudeRoleDocument = z.input<typeof roleShapes.claude>;
export type CodexRoleDocument = z.input<typeof roleShapes.codex>;
export type GeminiRoleDocument = z.input<typeof roleShapes.gemini>;
export type OpencodeRoleDocument = z.input<typeof roleShapes.opencode>;
export type OpenaiRoleDocument = z.input<typeof roleShapes.openai>;
export type GrokRoleDocument = z.input<typeof roleShapes.grok>;
export type AcpRoleDocument = z.input<typeof roleShapes.acp>;
export type McpRoleDocument = z.input<typeof roleShapes.mcp>;
export type AutoRoleDocument = z.input<typeof roleShapes.auto>;

export type { PlanDocument };

export interface DefineOptions {
  /** Absolute, what `{{plan.folder}}` stands for: `import.meta.dirname`. */
  readonly folder?: string;
  /** Where prompts that it names are: `await troupe.prompts()`. */
  readonly prompts?: PromptShelf;
}

/** Throws a PlanError with everything that is wrong, its file being `definePlan`. */
export function definePlan(document: PlanDocument, options: DefineOptions = {}): Plan {
  const source: PlanSource = {
    file: 'definePlan',
    folder: options.folder ?? null,
    defaultName: 'plan',
    locate: () => null,
    ...(options.prompts && { prompts: options.prompts }),
  };
  const report = createReport(source);
  const complaint = outOfBounds(document, writtenMax);
  if (complaint) report.add(complaint);
  report.throwIfAny();
  return checkPlan(document, source);
}

/** A program's own object may share what it likes, up to what a file could hold. */
const writtenMax = 10_000_000;

/** A role whose agents run a program for each task. */
export function command(role: Omit<CommandRoleDocument, 'adapter'>): CommandRoleDocument {
  return { adapter: 'command', ...role };
}

/** A role whose agents are Claude Code. */
export function claude(role: Omit<ClaudeRoleDocument, 'adapter'> = {}): ClaudeRoleDocument {
  return { adapter: 'claude', ...role };
}

/** A role whose agents are Codex. */
export function codex(role: Omit<CodexRoleDocument, 'adapter'> = {}): CodexRoleDocument {
  return { adapter: 'codex', ...role };
}

/** A role whose agents are Gemini CLI. */
export function gemini(role: Omit<GeminiRoleDocument, 'adapter'> = {}): GeminiRoleDocument {
  return { adapter: 'gemini', ...role };
}

/** A role whose agents are OpenCode. */
export function opencode(role: Omit<OpencodeRoleDocument, 'adapter'> = {}): OpencodeRoleDocument {
  return { adapter: 'opencode', ...role };
}

/** A role whose agents are a model behind an OpenAI-compatible API. */
export function openai(role: Omit<OpenaiRoleDocument, 'adapter'>): OpenaiRoleDocument {
  return { adapter: 'openai', ...role };
}

/** A role whose agents are Grok. */
export function grok(role: Omit<GrokRoleDocument, 'adapter'> = {}): GrokRoleDocument {
  return { adapter: 'grok', ...role };
}

/** A role whose agents speak the Agent Client Protocol. */
export function acp(role: Omit<AcpRoleDocument, 'adapter'>): AcpRoleDocument {
  return { adapter: 'acp', ...role };
}

/** A role whose tasks are calls of an MCP server's tool. */
export function mcp(role: Omit<McpRoleDocument, 'adapter'>): McpRoleDocument {
  return { adapter: 'mcp', ...role };
}

/** A role whose agents are the first that can be used on this machine. */
export function auto(role: Omit<AutoRoleDocument, 'adapter'> = {}): AutoRoleDocument {
  return { adapter: 'auto', ...role };
}

/** A role whose agents only pretend, with luck that the plan's seed repeats. */
export function simulated(role: Omit<SimulatedRoleDocument, 'adapter'>): SimulatedRoleDocument {
  return { adapter: 'simulated', ...role };
}
