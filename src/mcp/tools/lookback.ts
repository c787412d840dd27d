/** Tools that look back: similar past tasks, and the prompts of the library. */
import { z } from 'zod';
import { tool } from '../tool.ts';

const similarShape = z.object({
  score: z.number().describe('From 0 to 1, 1 for the same words.'),
  prompt: z.string(),
  outcome: z.string(),
  solution: z.string(),
  run_id: z.string(),
  task_id: z.string(),
  finished_at: z.number(),
  valid: z.boolean().describe('Whether it may be used again as it is.'),
  why: z.string(),
});

const findSimilarTasks = tool({
  name: 'find_similar_tasks',
  title: 'Find similar past tasks',
  description:
    'The past tasks nearest in meaning to a text, best first, with what was done and whether it ' +
    'is still valid. Ask before giving a task: it may have been solved already.',
  effect: 'looks',
  input: z.object({
    text: z.string().min(1).max(100_000),
    limit: z.number().int().min(1).max(50).default(5),
  }),
  output: z.object({ tasks: z.array(similarShape) }),
  async answer({ text, limit }, { host }) {
    return { tasks: [...(await host.troupe.similar(text, { limit }))] };
  },
});

const promptShape = z.object({
  name: z.string(),
  category: z.string(),
  tags: z.array(z.string()),
  version: z.number(),
  versions: z.number(),
});

const listPrompts = tool({
  name: 'list_prompts',
  title: 'List the prompt library',
  description: 'The prompts of the library; get one as an MCP prompt, or use it in a plan.',
  effect: 'looks',
  input: z.object({}),
  output: z.object({ prompts: z.array(promptShape) }),
  async answer(_, { host }) {
    const library = await host.troupe.prompts();
    const prompts = (await library.list()).map(({ name, category, tags, version, versions }) => {
      return { name, category, tags: [...tags], version, versions };
    });
    return { prompts };
  },
});

export const lookbackTools = [findSimilarTasks, listPrompts];
