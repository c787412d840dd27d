/** Who may come in over HTTP: the right host, no foreign page, and the token. Pure. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'refused'; readonly status: 401 | 403; readonly why: string };

export interface Gate {
  readonly token: string;
  /** Host names without ports that the server goes by. */
  readonly hosts: readonly string[];
}

export function admit(headers: IncomingHttpHeaders, { token, hosts }: Gate): Admission {
  // A page that points its own name at this machine still says its own name.
  if (!hosts.includes(hostIn(headers.host ?? ''))) return refused(403, 'the Host is not ours');
  const { origin } = headers;
  if (origin !== undefined && !hosts.includes(hostOf(origin))) {
    return refused(403, 'pages of other origins are not served');
  }
  const [scheme = '', given = ''] = (headers.authorization ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer' && same(given, token)) return { kind: 'admitted' };
  return refused(401, 'send the token as "Authorization: Bearer TOKEN"');
}

const refused = (status: 401 | 403, why: string): Admission => ({ kind: 'refused', status, why });

function hostIn(host: string): string {
  return hostOf(`http://${host}`);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
