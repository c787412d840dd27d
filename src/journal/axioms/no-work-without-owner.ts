/** Whatever is worked on has an agent that lives and a task that waits for it. */
import { agentAddress, agentId, taskAddress, taskId } from '../../../machines/ids.ts';
import type { TaskContext } from '../../../machines/rules/attempt.ts';
import type { Core } from '../../kernel/core.ts';
import type { Attempt, Attempts } from './attempts.ts';
import type { Axiom } from './axiom.ts';
import { endOfRun, givesUpPlace } from './endings.ts';

export const noWorkWithoutOwner: Axiom = {
  name: 'no-work-without-owner',
  says: 'No process lives without an agent and a task that own it.',
  watch: (_, blame) => {
    /** Tasks that let an attempt go by the present input. */
    let released: string[] = [];
    let over = false;
    const world = new World();
    return {
      fact: ({ fact }) => {
        over ||= endOfRun(fact) !== null;
        if ('task' in fact && givesUpPlace(fact)) released.push(fact.task);
      },
      step: ({ n, at, attempts, core }) => {
        for (const task of [...released, ...attempts.begun.map((each) => each.task)]) {
          for (const attempt of orphansOf(task, attempts, core)) {
            blame(`${attempt.agent} works on ${task}, and nobody waits for it`, { n, at });
          }
        }
        released = [];
        if (over && attempts.size > 0) {
          blame(`the run is over, and ${attempts.size} attempts go on`, { n, at });
        }
      },
      sight: (sighting) => {
        const { at } = sighting;
        switch (sighting.kind) {
          case 'runtime.opened':
            return world.newLife();
          case 'work.begun': {
            const left = world.leftByEarlierLives();
            if (left) blame(`${left} outlived its runtime, and new work began`, { n: null, at });
            return world.begin(sighting.token, `${sighting.task} by ${sighting.agent}`);
          }
          case 'work.ended':
            return world.end(sighting.token);
          default:
        }
      },
      end: (_core, { at }) => {
        if (!over) return;
        for (const name of world.alive()) {
          blame(`the run is over, and ${name} was never seen to end`, { n: null, at });
        }
      },
    };
  },
};

function orphansOf(task: string, attempts: Attempts, core: Core): readonly Attempt[] {
  return attempts.ofTask(task).filter(({ agent, token }) => {
    const owner = core.registry.find(taskAddress(taskId(task)));
    const context = owner?.state.context as TaskContext | undefined;
    const current = context?.review.stage === 'open' ? context.review.token : context?.token;
    const waits = context?.slot === 'held' && current === token;
    return !waits || !core.registry.find(agentAddress(agentId(agent)));
  });
}

/** Work that was seen to begin and not to end, by the life of the runtime that began it. */
class World {
  #own = new Map<string, string>();
  readonly #left = new Map<string, string>();

  newLife(): void {
    for (const [token, name] of this.#own) this.#left.set(token, name);
    this.#own = new Map();
  }

  begin(token: string, name: string): void {
    this.#own.set(token, name);
  }

  end(token: string): void {
    this.#own.delete(token);
    this.#left.delete(token);
  }

  leftByEarlierLives(): string | undefined {
    const [name] = this.#left.values();
    return name;
  }

  alive(): readonly string[] {
    return [...this.#left.values(), ...this.#own.values()];
  }
}
