/** Every tool of the server, in the order in which a client sees them. */
import type { Tool } from '../tool.ts';
import { agentTools } from './agents.ts';
import { foresightTools } from './foresight.ts';
import { lookbackTools } from './lookback.ts';
import { rememberingTools } from './remembering.ts';
import { runTools } from './runs.ts';
import { sharedTools } from './sharing.ts';
import { steeringTools } from './steering.ts';
import { takeoverTools } from './takeover.ts';

export const tools: readonly Tool[] = [
  ...agentTools,
  ...runTools,
  ...steeringTools,
  ...takeoverTools,
  ...sharedTools,
  ...foresightTools,
  ...lookbackTools,
  ...rememberingTools,
];
