/** Remembers task after task and says of each when it is safe, until it is killed. */
import { openAt, taskOf } from './past.mjs';

const [home, from] = process.argv.slice(2);
const memory = await openAt(home, { store: 'exact' });
for (let at = Number(from); ; at += 1) {
  await memory.remember([taskOf(at)]);
  process.stdout.write(`${at + 1}\n`);
}
