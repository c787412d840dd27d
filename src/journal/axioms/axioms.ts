/** Everything that holds of every run, in the order in which a person would ask. */
import type { Axiom } from './axiom.ts';
import { budgetHolds } from './budget-holds.ts';
import { concurrencyHolds } from './concurrency-holds.ts';
import { dependantsWait } from './dependants-wait.ts';
import { growthIsBounded } from './growth-is-bounded.ts';
import { journalIsWhole } from './journal-is-whole.ts';
import { noActorBreaks } from './no-actor-breaks.ts';
import { noWorkWithoutOwner } from './no-work-without-owner.ts';
import { nothingAcknowledgedIsLost } from './nothing-acknowledged-is-lost.ts';
import { nothingDoneUnwritten } from './nothing-done-unwritten.ts';
import { oldTokensChangeNothing } from './old-tokens-change-nothing.ts';
import { oneAttemptAtATime } from './one-attempt-at-a-time.ts';
import { parkedTasksWake } from './parked-tasks-wake.ts';
import { peopleAreAsked } from './people-are-asked.ts';
import { restartLimitsHold } from './restart-limits-hold.ts';
import { runEndsInTime } from './run-ends-in-time.ts';
import { successIsAccepted } from './success-is-accepted.ts';
import { successIsChecked } from './success-is-checked.ts';
import { tasksEndOnce } from './tasks-end-once.ts';
import { timersKeepTime } from './timers-keep-time.ts';

export const axioms: readonly Axiom[] = [
  journalIsWhole,
  tasksEndOnce,
  oneAttemptAtATime,
  oldTokensChangeNothing,
  successIsChecked,
  successIsAccepted,
  nothingAcknowledgedIsLost,
  nothingDoneUnwritten,
  dependantsWait,
  growthIsBounded,
  peopleAreAsked,
  parkedTasksWake,
  timersKeepTime,
  concurrencyHolds,
  budgetHolds,
  restartLimitsHold,
  noWorkWithoutOwner,
  noActorBreaks,
  runEndsInTime,
];
