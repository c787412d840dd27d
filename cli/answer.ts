/** Gives a person's answer to a task, or to its agent, that asks for it. */
import { exits } from './exits.ts';
import { type HomeOption, openTroupe } from './options.ts';
import { err } from './terminal/render.ts';

export async function answer(
  run: string,
  task: string,
  said: 'allow' | 'deny',
  { question, ...options }: HomeOption & { readonly question?: string },
) {
  const troupe = openTroupe(options);
  const type = said === 'allow' ? 'task.approve' : 'task.reject';
  const meant = question === undefined ? {} : { question };
  await troupe.ask(run, { type, task, by: troupe.config.user, ...meant });
  err.note(`${task} was ${said === 'allow' ? 'approved' : 'rejected'}.\n`);
  return exits.succeeded;
}
