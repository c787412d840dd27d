/** Plays what happened again with the pauses that lay between, as many times faster. */
import { type Clock, duration, sleep } from '../../src/index.ts';

export interface Film<Scene extends { readonly at: number }> {
  readonly scenes: AsyncIterable<Scene>;
  readonly speed: number;
  readonly show: (scene: Scene) => Promise<void>;
  readonly clock: Clock;
  /** Resolves when nobody wants to see more. */
  readonly stopped: Promise<unknown>;
  /** Says that nothing will happen for a while. */
  readonly note: (text: string) => void;
}

/** A longer pause is announced. */
const quietMs = 5_000;

/** Against the clock, not pause by pause: what printing takes must not add up. */
export async function play<Scene extends { readonly at: number }>(
  film: Film<Scene>,
): Promise<void> {
  const { scenes, speed, show, clock, stopped, note } = film;
  const begunMs = clock.elapsed();
  let first: number | null = null;
  let last = 0;
  const stop = stopped.then(() => 'stopped' as const);
  for await (const scene of scenes) {
    first ??= scene.at;
    const pauseMs = begunMs + (scene.at - first) / speed - clock.elapsed();
    if (pauseMs > quietMs) {
      const [lived, lasts] = [duration(scene.at - last), duration(pauseMs)];
      note(`Nothing happened for ${lived}; at this speed that takes ${lasts}. Ctrl-C ends it.\n`);
    }
    last = scene.at;
    const pause = pauseMs > 0 ? sleep(clock, pauseMs) : clock.breathe();
    if ((await Promise.race([pause, stop])) === 'stopped') return;
    await show(scene);
  }
}
