/** What can end a running program: its own exit, a limit, or output that could not be kept. */
import type { Fault } from '../../../machines/outcome.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Capture } from './capture.ts';
import type { Guardian } from './guardian.ts';
import type { ProcessGroup } from './process-group.ts';
import type { Child } from './start.ts';

/** Why it is over. */
export type Ending =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'cancelled' }
  /** It could not be started, or its output could not be kept. */
  | { readonly kind: 'faulted'; readonly fault: Fault };

export const faulted = (fault: Fault): Ending => ({ kind: 'faulted', fault });

/** Whether the program came to an end by itself. */
export const isOwn = ({ kind }: Ending): boolean => kind === 'exited' || kind === 'killed';

export function exitOf(child: Child, group: ProcessGroup, guardian: Guardian): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => {
      // Asked at once, while the group's id can't have become somebody else's.
      if (group.look() === 'gone') guardian.release(group.id);
      resolve(signal ? { kind: 'killed', signal } : { kind: 'exited', exitCode: exitCode ?? 0 });
    });
  });
}

export interface LimitOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Resolves when time is up or the attempt is given up. */
export function watchLimits({ clock, signal, timeoutMs }: LimitOptions): {
  readonly reached: Promise<Ending>;
  readonly forget: () => void;
} {
  let forget = (): void => {};
  const reached = new Promise<Ending>((resolve) => {
    const abort = (): void => resolve({ kind: 'cancelled' });
    const cancel = clock.at(clock.now() + timeoutMs, () => resolve({ kind: 'timed-out' }));
    signal.addEventListener('abort', abort);
    forget = () => {
      cancel();
      signal.removeEventListener('abort', abort);
    };
  });
  return { reached, forget };
}

/** Never settles when the output is read to its end. */
export function firstFault(captures: readonly Capture[]): Promise<Ending> {
  return new Promise((resolve) => {
    for (const { ended } of captures) void ended.then((fault) => fault && resolve(faulted(fault)));
  });
}
