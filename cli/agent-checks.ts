/** What `doctor` says of the agents that plans can name: there, how new, and logged in or not. */
import type { AgentSurvey, Troupe } from '../src/index.ts';
import type { Check } from './checkup.ts';

/** A plan needs those that it names only: one that is not installed is no fault of the machine. */
export async function checkAgents(troupe: Troupe): Promise<readonly Check[]> {
  return (await troupe.agents()).map((survey) => {
    const { name, status, fix } = survey;
    const isFine = status === 'ready' || status === 'missing';
    return { name, status: isFine ? 'fine' : 'warning', found: foundOf(survey), fix };
  });
}

function foundOf({ status, version, logIn }: AgentSurvey): string {
  const named = version ?? 'of unknown version';
  switch (status) {
    case 'missing':
      return 'not installed';
    case 'too-old':
      return `${named}, too old`;
    case 'logged-out':
      return `${named}, no log-in found`;
    case 'ready':
      return `${named}, logs in with ${logIn}`;
  }
}
