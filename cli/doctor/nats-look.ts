/** What `doctor` says of the NATS servers of a project: who is there, and of which version. */
import { lookAround, type Project } from '../../src/index.ts';
import { plural } from '../terminal/style.ts';
import type { Check } from './checkup.ts';

/** Nothing where none are named. */
export async function checkTeam(project: Project | null): Promise<readonly Check[]> {
  const setting = project?.nats ?? null;
  return setting === null ? [] : [await look(setting)];
}

async function look(setting: Parameters<typeof lookAround>[0]): Promise<Check> {
  try {
    const { workers, hubs, strangers, version } = await lookAround(setting);
    const there = `${plural(workers, 'worker')}, and ${hubs} that give them work`;
    const [first] = strangers;
    if (!first) return { name: 'team', status: 'fine', found: there, fix: '' };
    const found = `${there}; ${first.name} is Troupe ${first.version}, and this ${version}`;
    const fix = 'use the same version everywhere: others get nothing from here';
    return { name: 'team', status: 'warning', found, fix };
  } catch (error) {
    const { message, hint = 'see: troupe nats check' } = error as Error & { hint?: string };
    return { name: 'team', status: 'warning', found: message, fix: hint };
  }
}
