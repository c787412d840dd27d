/** What the machine, a person's flags and the project's own file say together; flags win. */
import { type Config, type ConfigOptions, readConfig } from '../config.ts';
import type { Project } from '../plan/project/project.ts';
import { readProject } from '../plan/project/project-file.ts';

export interface Setting {
  readonly config: Config;
  /** Null when the project says nothing. */
  readonly project: Project | null;
}

/** Throws a PlanError when the project's file is not as it should be. */
export function readSetting(options: ConfigOptions): Setting {
  const config = readConfig(options);
  const project = readProject(config.cwd);
  if (!project) return { config, project };
  const { environment } = config;
  const isPlaced = options.home !== undefined || Boolean(environment.TROUPE_HOME);
  const home = isPlaced ? config.home : (project.home ?? config.home);
  const redact = [environment.TROUPE_REDACT ?? '', ...project.redact];
  const told = { ...environment, TROUPE_REDACT: redact.filter((line) => line !== '').join('\n') };
  return { config: { ...config, home, environment: told }, project };
}
