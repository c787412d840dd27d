/** What `doctor` says of the agents that plans can name: there, logged in, and answering. */
import { type AgentSurvey, duration, type Probe, type Troupe } from '../../src/index.ts';
import { money } from '../terminal/style.ts';
import type { Check } from './checkup.ts';

/** A plan needs those that it names only: one that is not installed is no fault of the machine. */
export async function checkAgents(
  troupe: Troupe,
  probes: readonly Probe[],
): Promise<readonly Check[]> {
  const surveys = await troupe.agents();
  const checks = surveys.map((survey) => {
    const { name, status, fix } = survey;
    const probe = probes.find((each) => each.name === name);
    const found = foundOf(survey);
    return probe
      ? { name, ...probed(probe, found, fix) }
      : { name, status: standings[status], found, fix };
  });
  return surveys.every(({ status }) => status === 'missing') ? [...checks, nobody] : checks;
}

const standings = {
  ready: 'fine',
  'logged-out': 'warning',
  'too-old': 'warning',
  missing: 'absent',
} as const satisfies Readonly<Record<AgentSurvey['status'], Check['status']>>;

const nobody: Check = {
  name: 'agents',
  status: 'warning',
  found: 'none of these can be used here, only programs (adapter: command)',
  fix: 'install one, log in, and look again: troupe doctor --probe',
};

function foundOf({ kind, status, version, logIn }: AgentSurvey): string {
  const named = kind === 'service' ? 'a service' : (version ?? 'of unknown version');
  switch (status) {
    case 'missing':
      return kind === 'service' ? 'no key' : 'not installed';
    case 'too-old':
      return `${named}, too old`;
    case 'logged-out':
      return `${named}, no log-in found`;
    case 'ready':
      return `${named}, logs in with ${logIn}`;
  }
}

/** What it said counts for more than what was found of its log-in. */
function probed({ answer, durationMs, costUsd, fault }: Probe, found: string, fix: string) {
  const took = `in ${duration(durationMs)}, for ${money(costUsd)}`;
  if (answer !== null) {
    return { status: 'fine', found: `${found}; it answered "${answer}" ${took}`, fix: '' } as const;
  }
  return { status: 'warning', found: `${found}; no answer ${took}: ${fault}`, fix } as const;
}
