/** What may be said of a goal that is to become a plan; light, for whoever only has the words. */

export type Strategy = 'balanced' | 'cheapest' | 'fastest' | 'sticky' | 'failover' | 'learned';

export interface GoalOptions {
  readonly goal: string;
  /** How many work at the same time. Default 3. */
  readonly subAgents?: number;
  /** How they share accounts. */
  readonly strategy?: Strategy;
  /** A role of the project, or an adapter. */
  readonly agent?: string;
  readonly budgetUsd?: number;
  /** `ask`: a person looks at the plan first. */
  readonly consent: 'ask' | 'given';
}

/** Its one task: others are added once there is a plan. */
export const goalTask = 'goal';
