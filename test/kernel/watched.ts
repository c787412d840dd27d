/** A promise whose state a test can look at. */

export interface Watched {
  /** `pending`, `kept`, or `broken: ` and why. */
  readonly state: string;
}

export function watched(promise: Promise<unknown>): Watched {
  let state = 'pending';
  promise.then(
    () => {
      state = 'kept';
    },
    (error: unknown) => {
      state = `broken: ${error instanceof Error ? error.message : String(error)}`;
    },
  );
  return {
    get state() {
      return state;
    },
  };
}
