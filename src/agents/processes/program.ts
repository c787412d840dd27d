/** Looks a program up the way the system will, to tell a person which file was meant. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';

/**
 * The absolute path of the file that `name` starts in the folder `cwd`, or null. `extensions` is
 * Windows' PATHEXT and is not looked at elsewhere.
 */
export async function findProgram(
  name: string,
  pathVariable: string,
  cwd: string,
  extensions = '',
): Promise<string | null> {
  for (const candidate of candidates(name, pathVariable, cwd, extensions)) {
    if (await isProgram(candidate)) return candidate;
  }
  return null;
}

function candidates(
  name: string,
  pathVariable: string,
  cwd: string,
  extensions: string,
): readonly string[] {
  if (name === '') return [];
  const names = process.platform === 'win32' ? withExtensions(name, extensions) : [name];
  const separators = process.platform === 'win32' ? /[\\/:]/ : /\//;
  // A relative entry of PATH, or an empty one, counts from where the program will work.
  const folders = separators.test(name) ? [''] : pathVariable.split(delimiter);
  return folders.flatMap((folder) => names.map((each) => resolve(cwd, folder, each)));
}

function withExtensions(name: string, extensions: string): readonly string[] {
  const endings = extensions.split(';').filter((ending) => ending !== '');
  const named = endings.some((ending) => name.toUpperCase().endsWith(ending.toUpperCase()));
  return named ? [name] : endings.map((ending) => `${name}${ending}`);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
