/** The way to the templates of roles; what it leads to is loaded when it is taken. */
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Begun } from './begin.ts';
import type { TemplateDesk } from './desk.ts';

/** Ours, and those of the folder where commands work. */
export async function openTemplates(config: Config): Promise<TemplateDesk> {
  const { TemplateDesk } = await import('./desk.ts');
  return new TemplateDesk(config);
}

/** A plan made for the folder where commands work: `webapp`, `library`, `research` or `review`. */
export async function beginPlan(kind: string, config: Config, clock: Clock): Promise<Begun> {
  const { beginWith } = await import('./begin.ts');
  return beginWith(kind, config, clock);
}
