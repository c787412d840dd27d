/** A prompt as the file of the library has it. */
import { z } from 'zod';

export const name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}$/);

const version = z.strictObject({ text: z.string(), saved_at: z.number() });

export const prompt = z.strictObject({
  category: z.string().default(''),
  tags: z.array(z.string()).default([]),
  /** Oldest first; the last one counts. */
  versions: z.array(version).min(1),
});

export type Stored = z.infer<typeof prompt>;
