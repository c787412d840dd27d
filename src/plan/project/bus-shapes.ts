/** `bus:` in troupe.yaml: the servers over which several nodes share their runs. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseDuration } from '../shapes/duration.ts';
import { duration, words } from '../shapes/fields.ts';

const server = words('an address of a NATS server').regex(/^(nats|tls):\/\/\S+$/, {
  error: 'expected an address such as nats://host:4222 or tls://host:4222',
});

const natsShape = z.strictObject(
  {
    servers: z
      .union([server, z.array(server).min(1)], {
        error: 'expected an address such as nats://host:4222, or a list of them',
      })
      .describe('Where the servers are.'),
    credentials: words('a file').optional().describe('A file of credentials, as nsc makes it.'),
    tls: z
      .strictObject(
        {
          ca: words('a file').optional().describe('Whom to believe, PEM.'),
          cert: words('a file').optional().describe('Who we are, PEM.'),
          key: words('a file').optional().describe('Its key, PEM.'),
        },
        { error: 'expected a map with ca, cert and key' },
      )
      .optional(),
    replicas: z
      .union([z.literal(1), z.literal(3), z.literal(5)], { error: 'expected 1, 3 or 5' })
      .optional()
      .describe('How many servers keep each message; 1 where there is one.'),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,40}$/, { error: 'expected letters, digits, - and _' })
      .optional()
      .describe('The first part of every name there; two teams have two.'),
    lease: duration(1_000)
      .optional()
      .describe('An owner of a run that is silent for so long is dead.'),
  },
  { error: 'expected a map with servers' },
);

export const busShape = z
  .strictObject({ nats: natsShape }, { error: 'expected a map with nats' })
  .describe('How several nodes share their runs.');

type Written = z.input<typeof busShape>;

interface Files {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** As the bus wants it: paths are absolute. */
export interface NatsSetting {
  readonly place: {
    readonly servers: readonly string[];
    readonly credentials?: string;
    readonly tls?: Files;
    readonly replicas?: number;
    readonly prefix?: string;
  };
  readonly leaseMs?: number;
}

export function natsOf(written: Written | undefined, base: string): NatsSetting | null {
  if (!written?.nats) return null;
  const { servers, credentials, tls, replicas, prefix, lease } = written.nats;
  const at = (file: string): string => resolve(base, file);
  const leaseMs = lease === undefined ? null : parseDuration(lease);
  return {
    place: {
      servers: [servers].flat(),
      ...(credentials !== undefined && { credentials: at(credentials) }),
      ...(tls && { tls: placed(tls, at) }),
      ...(replicas !== undefined && { replicas }),
      ...(prefix !== undefined && { prefix }),
    },
    ...(leaseMs !== null && { leaseMs }),
  };
}

const placed = (files: Files, at: (file: string) => string): Files => ({
  ...(files.ca !== undefined && { ca: at(files.ca) }),
  ...(files.cert !== undefined && { cert: at(files.cert) }),
  ...(files.key !== undefined && { key: at(files.key) }),
});

/** What is typed wins over what the project says: `--nats` names servers, separated by commas. */
export function natsSetting(
  project: { readonly nats: NatsSetting | null } | null,
  typed: string | undefined,
): NatsSetting | null {
  const said = project?.nats ?? null;
  if (typed === undefined) return said;
  const servers = typed.split(',').map((each) => each.trim());
  return { ...said, place: { ...said?.place, servers } };
}
