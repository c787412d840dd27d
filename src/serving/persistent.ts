/** A house that goes on for ever: served like any other, and looked after by a steward. */
import type { Troupe } from '../app.ts';
import { KeptRuns } from '../intake/kept-runs.ts';
import { Steward } from '../intake/steward.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { resolveInputs } from '../plan/inputs.ts';
import type { ServeWish } from '../plan/project/serve-shapes.ts';
import type { House } from './house.ts';
import { openServer, type ServeOptions, type Serving } from './server.ts';

export async function openPersistent(
  troupe: Troupe,
  world: { readonly clock: Clock; readonly random: Random },
  options: ServeOptions & { readonly wish: ServeWish },
): Promise<Serving> {
  const { home } = troupe.config;
  const kept = new KeptRuns(home, world.clock);
  const serving = await openServer(troupe, world, { ...options, kept });
  const { wish } = options;
  const house = houseworkOf(serving.house);
  const memory = {
    get state() {
      return serving.house.upkeep?.state ?? 'off';
    },
  };
  try {
    const parts = { ...world, home, wish, project: troupe.project, house, kept, memory };
    const steward = new Steward(parts);
    serving.house.employ(steward);
    await steward.lookAhead();
    const close = async (): Promise<void> => {
      await steward.close();
      await serving.close();
    };
    return { ...serving, close };
  } catch (error) {
    await serving.close();
    throw error;
  }
}

function houseworkOf(house: House) {
  return {
    get working() {
      return house.working;
    },
    take: (work: Parameters<House['take']>[0]) => house.take(work),
    resume: (run: string) => house.resume(run),
    check: async (plan: string) => resolveInputs(await house.troupe.clear(plan), {}),
    view: async (run: string) => (await house.troupe.look(run)).view,
  };
}
