/**
 * A certificate that a hub makes for itself: whoever joins it knows it by its fingerprint.
 *
 * X.509 needs little to be one: a name, a time, a key, and its own signature, written in DER.
 */
import { createHash, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { ensureFolder, writeWhole } from '../runs/disk.ts';

/** Both in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 24 * 60 * 60 * 1_000;
/** No clock is so wrong; nobody remembers to renew what is pinned. */
const earlierMs = 2 * dayMs;
const validMs = 3_650 * dayMs;

/** That of the home, made when there is none: its fingerprint stays the same. */
export function ownCertificate(home: string, clock: Clock, random: Random): Certificate {
  const folder = join(home, 'tls');
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const there = readPair(certFile, keyFile);
  if (there && new Date(new X509Certificate(there.cert).validTo).getTime() > clock.now()) {
    return there;
  }
  const made = makeCertificate(clock.now(), random);
  ensureFolder(folder);
  writeWhole(keyFile, made.key, { mode: 0o600, flush: true });
  writeWhole(certFile, made.cert, { flush: true });
  return made;
}

/** Throws a UserError for files that are no certificate and its key. */
export function givenCertificate(certFile: string, keyFile: string): Certificate {
  const hint = 'name two PEM files: --cert and --key';
  try {
    const given = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    new X509Certificate(given.cert);
    // Also whether they belong together.
    createSecureContext(given);
    return given;
  } catch (error) {
    const message = `the certificate or its key can't be used: ${(error as Error).message}`;
    throw new UserError('bus.certificate', message, hint);
  }
}

/** As `--pin` takes it. */
export const fingerprintOf = ({ cert }: Certificate): string =>
  `sha256:${createHash('sha256').update(new X509Certificate(cert).raw).digest('hex')}`;

function readPair(certFile: string, keyFile: string): Certificate | null {
  try {
    return givenCertificate(certFile, keyFile);
  } catch {
    return null;
  }
}

const tags = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  object: 0x06,
  text: 0x0c,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `1.2.840.10045.4.3.2`, `2.5.4.3` and `2.5.29.17`, as DER has them. */
const ecdsaWithSha256 = object('2a8648ce3d040302');
const commonName = object('550403');
const otherNames = object('551d11');

function makeCertificate(nowMs: number, random: Random): Certificate {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(ecdsaWithSha256);
  const cn = sequence(commonName, der(tags.text, bytesOf('troupe')));
  const name = sequence(der(tags.set, cn));
  const validity = sequence(time(nowMs - earlierMs), time(nowMs + validMs));
  const localhost = der(0x82, bytesOf('localhost'));
  const names = sequence(localhost, der(0x87, Buffer.from([127, 0, 0, 1])));
  const extension = sequence(otherNames, der(tags.octets, names));
  const body = sequence(
    der(0xa0, der(tags.integer, Buffer.from([2]))),
    der(tags.integer, serialFrom(random)),
    ...[algorithm, name, validity, name],
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = sign('sha256', body, pair.privateKey);
  const whole = sequence(body, algorithm, der(tags.bits, Buffer.from([0]), signature));
  const lines = whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Positive, and not the same again. */
function serialFrom(random: Random): Buffer {
  const serial = Buffer.alloc(16);
  for (let at = 0; at < serial.length; at += 4) serial.writeUInt32BE(random.next(), at);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

function object(hex: string): Buffer {
  return der(tags.object, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(tags.sequence, ...parts);
}

/** `20260131120000Z` */
function time(ms: number): Buffer {
  const digits = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  return der(tags.time, bytesOf(digits));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...long]), content]);
}
