/** Adds a role to the text of `troupe.yaml`, and leaves everything else as the person wrote it. */
import { isMap, parseDocument } from 'yaml';
import { UserError } from '../../kernel/user-error.ts';
import { fileSafeName } from '../shapes/fields.ts';
import { parseProject } from './project.ts';
import { projectFileName } from './project-file.ts';

export interface NewRole {
  readonly name: string;
  readonly words: Readonly<Record<string, unknown>>;
}

/** `text` null: there is no such file yet. Throws when the role is there, or the file is wrong. */
export function withRole(text: string | null, { name, words }: NewRole, folder: string): string {
  const named = fileSafeName('the name of a role').safeParse(name);
  if (!named.success) throw misnamed(named.error.issues[0]?.message ?? '');
  if (text !== null && text.trim() !== '') parseProject(text, projectFileName, folder);
  const document = parseDocument(text ?? '');
  if (document.hasIn(['agents', name])) throw taken(name);
  const role = document.createNode(words);
  if (isMap(role)) role.flow = true;
  document.setIn(['agents', name], role);
  const changed = document.toString({ lineWidth: 100 });
  parseProject(changed, projectFileName, folder);
  return changed;
}

function misnamed(expected: string): UserError {
  return new UserError('role.bad-name', expected, 'say another one: --as NAME');
}

function taken(name: string): UserError {
  const message = `${projectFileName} has a role called "${name}" already`;
  return new UserError('role.exists', message, `take another name: --as ${name}-2`);
}
