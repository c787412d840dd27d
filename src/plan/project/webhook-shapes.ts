/** `webhooks:` in troupe.yaml: who is told of what, over HTTP. */
import { z } from 'zod';
import { words } from '../shapes/fields.ts';

const event = z
  .string()
  .regex(/^(\*|[a-z]+\.(\*|[a-z-]+))$/, { error: 'expected a fact: task.failed, run.*, or *' });

const url = words('an address').refine(
  (given) => URL.canParse(given) && /^https?:$/.test(new URL(given).protocol),
  { error: 'expected an address that begins with https:// or http://' },
);

export const webhookShape = z.strictObject(
  {
    on: z
      .array(event, { error: 'expected a list of facts: [task.failed, run.*]' })
      .min(1, { error: 'expected a list of facts: [task.failed, run.*]' })
      .describe('The facts that it is told of: task.failed, run.*, or * for all.'),
    url: url.describe('Where they are sent to; its host must be in TROUPE_WEBHOOK_HOSTS.'),
    secretEnv: words('the name of a variable')
      .optional()
      .describe('The environment variable with the secret that signs what is sent.'),
  },
  { error: 'expected a map with on and url' },
);

export type Webhook = z.infer<typeof webhookShape>;
