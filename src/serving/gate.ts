/**
 * Who may come in: decided from the headers of a request alone.
 *
 * Invariants:
 * - a request names one of our own addresses as its host, or it is refused: a foreign name that
 *   was made to point here (DNS rebinding) gets nothing;
 * - a request that says where it comes from comes from our own page;
 * - nobody gets in without the token: in the address that was opened, then in a cookie that no
 *   script can read, or as a bearer for programs;
 * - tokens are compared in the same time, whatever was guessed.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

export interface GateOptions {
  readonly token: string;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** The host that was asked for, beside those of this machine. */
  readonly host: string;
}

/** What a request says of itself. */
export interface Visit {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly cookie: string | undefined;
  readonly authorization: string | undefined;
  /** In its address. */
  readonly token: string | null;
}

export type Verdict =
  | { readonly kind: 'in' }
  /** Right, but by an address that would stay in the history: it gets its cookie. */
  | { readonly kind: 'welcome'; readonly cookie: string }
  | { readonly kind: 'stranger'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string };

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

export class Gate {
  readonly #options: GateOptions;
  readonly #cookie: string;
  readonly #secret: string;

  constructor(options: GateOptions) {
    this.#options = options;
    // Cookies are shared by all ports of a host: each server has one of its own.
    this.#cookie = `troupe-${options.port}`;
    this.#secret = digest(`cookie ${options.token}`).toString('base64url');
  }

  judge(visit: Visit): Verdict {
    const foreign = this.#foreign(visit);
    if (foreign !== null) return { kind: 'refused', why: foreign };
    if (visit.token !== null) {
      if (!same(visit.token, this.#options.token)) return stranger('the token is wrong');
      return { kind: 'welcome', cookie: this.#cookieLine() };
    }
    const bearer = /^Bearer (\S+)$/i.exec(visit.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      return same(bearer, this.#options.token) ? { kind: 'in' } : stranger('the token is wrong');
    }
    const held = cookieIn(visit.cookie ?? '', this.#cookie);
    return held !== null && same(held, this.#secret) ? { kind: 'in' } : stranger('no token');
  }

  #foreign({ host, origin }: Visit): string | null {
    if (host === undefined || !this.#isOurs(host)) return `the host "${host ?? ''}" is not ours`;
    const own = `${this.#options.scheme}://${host}`;
    if (origin === undefined || origin === own) return null;
    return `a page of "${origin}" has no business here`;
  }

  #isOurs(host: string): boolean {
    const { port, scheme, host: asked } = this.#options;
    const names = [...loopback, isIP(asked) === 6 ? `[${asked}]` : asked];
    // Bound to every address: whoever comes by a number comes by no name that could be forged.
    const bare = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    if (['0.0.0.0', '::'].includes(asked) && isIP(bare) !== 0) return true;
    const standard = scheme === 'http' ? 80 : 443;
    return names.some((name) => {
      return host === `${name}:${port}` || (port === standard && host === name);
    });
  }

  #cookieLine(): string {
    const secure = this.#options.scheme === 'https' ? '; Secure' : '';
    return `${this.#cookie}=${this.#secret}; Path=/; HttpOnly; SameSite=Strict${secure}`;
  }
}

const stranger = (why: string): Verdict => ({ kind: 'stranger', why });

function cookieIn(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const [key = '', value = ''] = part.trim().split('=', 2);
    if (key === name) return value;
  }
  return null;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (given: string, wanted: string): boolean =>
  timingSafeEqual(digest(given), digest(wanted));
