/** Two machines, as far as their networks go: a hub in one namespace, workers in another one. */
import { expect, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { Desk } from '../cli/troupe.ts';
import { type Host, type Hosts, layHosts, typeAt } from '../torture/hosts.ts';
import { addressOf, expectAlone, linesOf, planOf, tokenFor } from './troop.ts';

const hosts = layHosts(2);

// Network namespaces need root, and a kernel that has them.
test.skipIf(!hosts)(
  'a cable that is pulled and put back loses nothing, and doubles nothing',
  async () => {
    const [desk, count] = [new Desk(), 80];
    const [here, there] = (hosts as Hosts).all as [Host, Host];
    const env = { TROUPE_TOKEN: await tokenFor(desk) };
    const plan = planOf(desk, count, { seconds: 0.5 });
    const bus = ['--bus', `${here.address}:0`, '--tls'];
    const run = typeAt(here, desk, ['run', plan, ...bus, '--quiet']);
    const { url, pin } = await addressOf(run);
    const join = ['worker', '--join', url, '--pin', pin, '--role', 'coder=4'];
    for (const name of ['far', 'away']) {
      typeAt(there, desk, [...join, '--name', name, '--home', desk.path(name)], env);
    }
    typeAt(here, desk, [...join, '--name', 'near', '--home', desk.path('near')], env);
    await eventually('all of them work', () => linesOf(desk).length > 20);
    there.pull();
    // Nobody says goodbye on a cable that is not there: only the lease tells.
    await run.says(/far is lost/);
    there.plug();
    const { code, stderr } = await run.end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expectAlone(linesOf(desk), count);
  },
);
