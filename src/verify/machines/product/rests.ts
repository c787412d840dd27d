/** Where the product's machines may wait for ever, and why each of these waits is meant. */

/** By machine, then by state. */
export const productRests: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  orchestrator: {
    planning: 'a run begins when a person submits a plan',
    running: 'its tasks have deadlines of their own: each settles, and the last one ends it',
  },
  supervisor: {
    supervising: 'it rests while its agents work; the orchestrator stops it when the run drains',
  },
  task: {
    waiting: 'each task that it needs settles, and tells it',
    'delegating.gathering': 'each task that it asked for settles, and tells it',
    'reviewing.calling': 'as for ready: it waits for a place in the queue of its reviewers',
    ready: 'a place becomes free when any task settles; a lost role or an empty purse is told',
  },
  agent: {
    idle: 'it rests between attempts; its supervisor stops it when the run drains',
    working: 'the runtime ends the attempt at its timeout, and the task abandons it soon after',
  },
  context: {
    open: 'it rests between changes, and ends with its run',
  },
  'memory-worker': {
    registering: "the place is a file's lock: it is taken, or not, at once",
  },
  account: {
    available: 'it rests between loans',
    'exhausted.spent': 'only a person can bring money, and is told so',
    revoked: 'only a person can bring a key, and is told so',
  },
};
