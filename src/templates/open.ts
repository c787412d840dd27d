/** The way to the templates of roles; what it leads to is loaded when it is taken. */
import type { Config } from '../config.ts';
import type { TemplateDesk } from './desk.ts';

/** Ours, and those of the folder where commands work. */
export async function openTemplates(config: Config): Promise<TemplateDesk> {
  const { TemplateDesk } = await import('./desk.ts');
  return new TemplateDesk(config);
}
