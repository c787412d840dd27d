/** Work that a machine names and the runtime does: its input and output, and no body. */
import { fromPromise } from 'xstate';

/** A place for `invoke: { src }`; the kernel puts the behaviour of that name there. */
export function declared<Output, Input>() {
  return fromPromise<Output, Input>(() => Promise.reject(new TypeError('only declared')));
}
