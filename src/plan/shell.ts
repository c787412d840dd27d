/** Commands: a shell line or a list, and which parts of a list a program would run as code. */
import { hasTemplate } from './templates.ts';

/** A shell line that stands as it is, or a program and its arguments, which may hold templates. */
export type Run = { readonly shell: string } | { readonly argv: readonly string[] };

/** The program and its arguments, for `process.platform`'s word (`linux`, `darwin`, `win32`). */
export function runArgv(run: Run, platform: string): readonly string[] {
  if ('argv' in run) return run.argv;
  return platform === 'win32' ? ['cmd', '/d', '/s', '/c', run.shell] : ['sh', '-c', run.shell];
}

interface Interpreter {
  /** The option that code follows; not anchored at its end, for code that is joined to it. */
  readonly flag: RegExp;
  readonly option: RegExp;
  /** What comes after the flag: one argument is code, or all of them, joined by spaces. */
  readonly evaluates: 'next' | 'rest';
  /** What a first argument that is no option is: a file, after which all is data, or code. */
  readonly operand: 'file' | 'code';
  /** An option that names a file, after which all is data. */
  readonly file?: RegExp;
}

const unix = { option: /^[-+]/, evaluates: 'next', operand: 'file' } as const;
const shell: Interpreter = { ...unix, flag: /^(-[a-z]*c[a-z]*|--(init-)?command)=?/i };
const javascript: Interpreter = { ...unix, flag: /^(-[a-z]*[ep]|--eval|--print)=?/ };
const python: Interpreter = { ...unix, flag: /^-[A-Za-z]*c/ };
const perl: Interpreter = { ...unix, flag: /^-\w*[eE]/ };
const php: Interpreter = { ...unix, flag: /^(-[rBRE]|--run)=?/ };
const splitter: Interpreter = { ...unix, flag: /^(-\w*S|--split-string)=?/ };
const anything: Interpreter = { ...unix, flag: /^(-[a-z]*[cep]|--eval|--print|-command|\/c)=?/i };
const cmd: Interpreter = {
  flag: /^\/.*[ckr]/i,
  option: /^\//,
  evaluates: 'rest',
  operand: 'file',
};
const pwsh: Interpreter = {
  flag: /^[-/]{1,2}(c(o(m(m(a(n(d)?)?)?)?)?)?|ec|e(n(c(o[a-z]*)?)?)?)(?![a-z])/i,
  option: /^[-/]/,
  evaluates: 'rest',
  operand: 'file',
  file: /^[-/]{1,2}f/i,
};
const powershell: Interpreter = { ...pwsh, operand: 'code' };

const interpreters: ReadonlyMap<string, Interpreter> = new Map([
  ...named(shell, 'sh bash zsh dash ash fish ksh csh tcsh'),
  ...named(javascript, 'node nodejs bun deno'),
  ...named(python, 'python pypy'),
  ...named(perl, 'perl ruby lua rscript osascript'),
  ...named(php, 'php'),
  ...named(cmd, 'cmd'),
  ...named(pwsh, 'pwsh'),
  ...named(powershell, 'powershell'),
]);

/** Programs whose arguments begin another program. */
const wrappers: ReadonlySet<string> = new Set(
  'env sudo doas nice nohup timeout time xargs stdbuf setsid busybox docker podman'.split(' '),
);

function named(interpreter: Interpreter, names: string): (readonly [string, Interpreter])[] {
  return names.split(' ').map((name) => [name, interpreter]);
}

/**
 * The places in the list whose text a shell or an interpreter would run as code and that hold a
 * template: a value put there could become commands.
 */
export function evaluatedPlaces(argv: readonly string[]): readonly number[] {
  const wrapper = programName(argv[0] ?? '');
  const split = wrapper === 'env' ? codePlaces(argv, 0, splitter) : [];
  const program = findInterpreter(argv, wrappers.has(wrapper) ? argv.length : 1);
  const code = program ? codePlaces(argv, program.at, program.interpreter) : [];
  return [...split, ...code].filter((place) => hasTemplate(argv[place] ?? ''));
}

interface Program {
  readonly at: number;
  readonly interpreter: Interpreter;
}

function findInterpreter(argv: readonly string[], searched: number): Program | null {
  for (const [at, text] of argv.slice(0, searched).entries()) {
    const name = programName(text);
    // A program that is filled in later may turn out to be any of them.
    const interpreter = at === 0 && name.includes('}}') ? anything : interpreters.get(name);
    if (interpreter) return { at, interpreter };
  }
  return null;
}

/** `/usr/bin/python3.12` and `C:\Python\Python.EXE` are both `python`. */
function programName(text: string): string {
  const name = text.split(/[\\/]/).at(-1) ?? '';
  return name
    .toLowerCase()
    .replace(/\.exe$/, '')
    .replace(/[\d.]+$/, '');
}

function codePlaces(argv: readonly string[], start: number, program: Interpreter): number[] {
  const places: number[] = [];
  const from = (first: number): number[] => [...argv.keys()].filter((place) => place >= first);
  let awaited = false;
  for (let at = start + 1; at < argv.length; at += 1) {
    const [text = '', before = ''] = [argv[at], argv[at - 1]];
    if (program.file?.test(text)) break;
    const isFlag = isWholly(program.flag, text) || (at === start + 1 && text === 'eval');
    if (isFlag && program.evaluates === 'rest') return from(at);
    if (awaited || isJoined(program.flag, text)) places.push(at);
    const isOption = program.option.test(text);
    // More options may stand between the flag and its code: `sh -c -o pipefail CODE`.
    awaited = isFlag || (awaited && (isOption || /^[-+]\w*[oO]$/.test(before)));
    // A script's own arguments are data: `node tool.js -e VALUE`.
    if (isFlag || isOption || (at > start + 1 && program.option.test(before))) continue;
    return program.operand === 'code' ? from(at) : places;
  }
  return places;
}

function isWholly(flag: RegExp, text: string): boolean {
  return text !== '' && flag.exec(text)?.[0].length === text.length;
}

/** `--eval={{x}}`, `-c{{x}}`: the code is in the option itself. */
function isJoined(flag: RegExp, text: string): boolean {
  const open = text.indexOf('{{');
  return open > 0 && flag.test(text.slice(0, open));
}
