/** A wire to a hub that can be cut and healed, closed with the tests. */
import { afterEach } from 'vitest';
import { type Wire, wireTo as wire } from '../bus/wire.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

export async function wireTo(port: number): Promise<Wire> {
  const made = await wire(port);
  closers.push(made.close);
  return made;
}
