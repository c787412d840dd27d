/** Signs what is sent, so that who receives it knows that it is ours and when it was sent. Pure. */
import { createHmac } from 'node:crypto';

/** `t=1795267351,v1=<hex of HMAC-SHA256 over "t.body">`: an old one can't be sent again unseen. */
export function signatureOf(body: string, secret: string, atMs: number): string {
  const t = Math.floor(atMs / 1_000);
  const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
  return `t=${t},v1=${v1}`;
}
