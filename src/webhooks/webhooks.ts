/**
 * Tells webhooks of a run's facts; a crash makes none of them untold, but some told twice.
 *
 * Owns: how far each webhook was told, kept beside the journal, which has the facts themselves.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Bus } from '../bus/bus.ts';
import { factsOf } from '../facts.ts';
import { openTail } from '../journal/tail.ts';
import type { Clock } from '../kernel/clock.ts';
import { coreFrom } from '../past/standing.ts';
import type { Webhook } from '../plan/project/webhook-shapes.ts';
import { writeWhole } from '../runs/disk.ts';
import type { RunFolder } from '../runs/folder.ts';
import { factOf, type RunFact } from '../runs/run.ts';
import { wants } from './allowed.ts';
import { Outbox } from './outbox.ts';

export interface WebhooksOptions {
  readonly folder: RunFolder;
  /** Those that may be told. */
  readonly webhooks: readonly Webhook[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly bus: Bus;
  readonly clock: Clock;
}

export interface Webhooks {
  /** Once the bus is closed: what was not told yet is told for a moment more. */
  close(): Promise<void>;
}

const farewellMs = 5_000;
/** The number of the last fact that was taken or given up, by webhook. */
const toldSchema = z.record(z.string(), z.number().int().min(0));

export function openWebhooks(options: WebhooksOptions): Webhooks {
  const { folder, webhooks, bus } = options;
  const path = join(folder.path, 'webhooks.json');
  const told = readTold(path);
  const outboxes = webhooks.map((webhook) =>
    outboxFor(webhook, options, (seq) => {
      told[keyOf(webhook)] = seq;
      keep(path, told);
    }),
  );
  const pass = (fact: RunFact): void => {
    webhooks.forEach((webhook, at) => {
      if (wants(webhook, fact.type) && fact.seq > (told[keyOf(webhook)] ?? 0))
        outboxes[at]?.add(fact);
    });
  };
  const living = factsOf(bus, folder);
  // What was settled by an earlier life of the run and not told by it.
  for (const fact of pastFacts(folder)) pass(fact);
  const followed = follow(living, pass);
  return {
    async close() {
      await followed;
      await Promise.all(outboxes.map((outbox) => outbox.close(farewellMs)));
    },
  };
}

/** Two may have one address, and ask for other facts. */
const keyOf = ({ url, on }: Webhook): string => `${url} ${on.join(' ')}`;

function outboxFor(
  webhook: Webhook,
  { folder, environment, clock }: WebhooksOptions,
  onSettled: (seq: number) => void,
): Outbox {
  const { secretEnv } = webhook;
  const secret = secretEnv === undefined ? null : (environment[secretEnv] ?? null);
  return new Outbox({ webhook, run: folder.id, secret, clock, onSettled });
}

async function follow(facts: AsyncIterable<RunFact>, pass: (fact: RunFact) => void): Promise<void> {
  for await (const fact of facts) pass(fact);
}

function* pastFacts(folder: RunFolder): Generator<RunFact> {
  const { base, fresh } = openTail(folder.path);
  const core = coreFrom(base);
  for (const input of fresh()) {
    for (const wish of core.apply(input)) if (wish.kind === 'fact') yield factOf(wish);
  }
}

function readTold(path: string): Record<string, number> {
  try {
    return toldSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // None yet, or torn: then something is told twice, and who receives it knows by its id.
    return {};
  }
}

function keep(path: string, told: Readonly<Record<string, number>>): void {
  try {
    writeWhole(path, `${JSON.stringify(told)}\n`);
  } catch {
    // A full disk ends the run by itself; here it only means to tell twice.
  }
}
