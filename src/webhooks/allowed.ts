/** Which webhooks may be told: a file that came with a project names nobody by itself. Pure. */
import type { Webhook } from '../plan/project/webhook-shapes.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Sorted {
  readonly allowed: readonly Webhook[];
  /** For people: who is not told, and what would allow it. */
  readonly notes: readonly string[];
}

/** `TROUPE_WEBHOOK_HOSTS=hooks.example.com,ci.example.com:8443`; a port is part of a host. */
export function sortWebhooks(webhooks: readonly Webhook[], environment: Environment): Sorted {
  const refusals = webhooks.map((webhook) => refusalOf(webhook, environment));
  const allowed = webhooks.filter((_, at) => refusals[at] === null);
  return { allowed, notes: [...new Set(refusals.filter((each) => each !== null))] };
}

function refusalOf({ url, secretEnv }: Webhook, environment: Environment): string | null {
  const hosts = (environment.TROUPE_WEBHOOK_HOSTS ?? '').split(',').map((each) => each.trim());
  const { host } = new URL(url);
  if (!hosts.includes(host)) {
    return `the webhook at ${host} is not told: allow it with TROUPE_WEBHOOK_HOSTS=${host}`;
  }
  if (secretEnv === undefined || environment[secretEnv]) return null;
  return `the webhook at ${host} is not told: ${secretEnv} is to sign it, and is not set`;
}

/** `run.*` is every fact of runs. */
export function wants({ on }: Webhook, type: string): boolean {
  const [noun = ''] = type.split('.');
  return on.some((pattern) => pattern === '*' || pattern === type || pattern === `${noun}.*`);
}
