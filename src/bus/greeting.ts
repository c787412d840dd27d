/** The first text of each end: who it is, which session it goes on with, and what had arrived. */
import { z } from 'zod';
import { protocolVersion } from './frames.ts';

const count = z.number().int().min(0);

export const helloSchema = z.strictObject({
  troupe: z.number().int(),
  /** What this end calls itself; the hub holds it to what its token says. */
  name: z.string().min(1).max(200),
  session: z.string().min(16).max(100),
  received: count,
});
export type Hello = z.infer<typeof helloSchema>;

export const welcomeSchema = z.strictObject({
  troupe: z.number().int(),
  /** False: nothing is known of the session, and it begins anew. */
  resumed: z.boolean(),
  received: count,
});
export type Welcome = z.infer<typeof welcomeSchema>;

/** How a request to come in says who asks; the greeting says it again. */
export const nameHeader = 'x-troupe-name';

/** Why a socket was closed, as its code; from 4000 on they are ours. */
export const closings = {
  garbled: 4_400,
  refused: 4_401,
  version: 4_406,
  slow: 4_408,
  flooding: 4_429,
  replaced: 4_409,
} as const;

/** Null for what is no greeting, or of another version. */
export function readGreeting<Greeting extends { readonly troupe: number }>(
  schema: z.ZodType<Greeting>,
  text: string,
): Greeting | 'garbled' | 'version' {
  const read = schema.safeParse(parsed(text));
  if (!read.success) return 'garbled';
  return read.data.troupe === protocolVersion ? read.data : 'version';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
