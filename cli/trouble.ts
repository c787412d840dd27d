/** How what went wrong is told: a person's mistake with its hint, a bug with where to report it. */
import { readAbout } from './about.ts';
import { type Exit, exits } from './exits.ts';
import { err } from './terminal/render.ts';
import { colourless, type Environment, type Palette, paletteFor } from './terminal/style.ts';
import { plainText } from './terminal/text.ts';

/** Given, because whoever has not loaded it yet should not have to. */
type Library = Pick<typeof import('../src/index.ts'), 'isUserError' | 'readConfig'>;

/** Says it on stderr, and answers how the process ends. */
export function tell(error: unknown, { isUserError, readConfig }: Library): Exit {
  const { environment } = readConfig();
  const palette = paletteFor(err, environment);
  if (!isUserError(error)) {
    err.note(report(error, environment, palette));
    return exits.failed;
  }
  // The problems of a plan begin with their places, so that an editor can find them.
  const isPlaced = 'problems' in error;
  err.note(isPlaced ? `${plainText(error.message)}\n` : headline(error.message, palette));
  if (error.hint !== '') err.note(`  ${palette.dim(plainText(error.hint))}\n`);
  return exits.mistaken;
}

/** Also for mistakes that were found before anything was loaded. */
export function headline(message: string, { red }: Palette = colourless): string {
  return `${red('troupe:')} ${plainText(message)}\n`;
}

function report(error: unknown, { TROUPE_DEBUG }: Environment, palette: Palette): string {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const lines = TROUPE_DEBUG ? [stack] : adviceFor(error);
  return headline(message, palette) + lines.map((line) => `  ${plainText(line)}\n`).join('');
}

function adviceFor(error: unknown): readonly string[] {
  // The machine refused something: that is nobody's bug.
  if (error instanceof Error && 'syscall' in error) return ['See: troupe doctor'];
  const { version, bugs } = readAbout();
  return [
    `This should not happen, in version ${version}. TROUPE_DEBUG=1 shows where it did.`,
    `Please report it${bugs?.url ? `: ${bugs.url}` : ''}, with the folder of the run.`,
  ];
}
