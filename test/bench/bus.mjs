/** `npm run bench:bus`: what the buses carry, against the raw libraries under them. */
import { runSuite } from './lib/suite.mjs';

await runSuite({
  script: 'bench:bus',
  names: ['exchange', 'latency', 'agents', 'queue', 'takeover'],
  load: (name) => import(`./bus/${name}.mjs`),
});
