/** A hub that is known by the fingerprint of its certificate: nothing is said to any other one. */
import type { ClientRequest } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { ClientOptions } from 'ws';

/** The request, with the token in it, is not sent before the certificate was seen to be the one. */
export function pinned(pin: string): ClientOptions {
  const wanted = plain(pin);
  return {
    rejectUnauthorized: false,
    finishRequest: (request: ClientRequest) => {
      request.once('socket', (socket) => {
        if (!(socket instanceof TLSSocket)) return void request.destroy(notSecure());
        socket.once('secureConnect', () => {
          const { fingerprint256 = '' } = socket.getPeerCertificate();
          if (plain(fingerprint256) === wanted) request.end();
          else request.destroy(another(plain(fingerprint256)));
        });
      });
    },
  };
}

const plain = (fingerprint: string): string =>
  fingerprint
    .replace(/^sha256:/i, '')
    .replaceAll(':', '')
    .toLowerCase();

const notSecure = (): Error => new Error('it has no certificate to be pinned: use wss://');

function another(fingerprint: string): Error {
  return new Error(`its certificate is another one: sha256:${fingerprint}`);
}
