/** The house rules, checked like any behaviour: who imports whom, and what must not be written. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { homes, layers } from './layers.ts';

interface Ban {
  readonly pattern: RegExp;
  readonly within: string;
  readonly except: readonly string[];
  readonly instead: string;
}

const bans: readonly Ban[] = [
  {
    pattern:
      /\bDate\.now\b|\bnew Date\(\)|\bset(Timeout|Interval|Immediate)\b|\bperformance\.now\b/,
    within: '',
    // The relay's script runs in a browser, where there is no Clock.
    except: ['src/kernel/clock.ts', 'src/dashboard/clock.ts', 'src/inspection/stately/page.ts'],
    instead: 'the Clock',
  },
  {
    pattern: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/,
    within: '',
    except: ['src/kernel/random.ts'],
    instead: 'src/kernel/random.ts',
  },
  { pattern: /'node:/, within: 'machines/', except: [], instead: 'an event' },
  {
    pattern: /\bprocess\.env\b/,
    within: '',
    except: ['src/config.ts', 'src/accounts/keys.ts'],
    instead: 'the config',
  },
  { pattern: /\bprocess\.exit\(/, within: '', except: ['cli/main.ts'], instead: 'a thrown error' },
  {
    // To ask whether a process lives, and to stop oneself, kills nobody.
    pattern: /\bprocess\.kill\((?!process\.pid,|\w+, 0\))/,
    within: '',
    except: ['src/agents/'],
    instead: 'src/agents/processes/process-group.ts',
  },
  {
    pattern: /'node:child_process'/,
    within: '',
    // `doctor` asks programs of the machine for their versions; Chroma's server is no agent.
    except: [
      ...['src/agents/', 'src/worktrees/git.ts', 'src/panes/tmux.ts', 'cli/doctor/checkup.ts'],
      ...['cli/house/browser.ts', 'cli/house/systemd.ts', 'memory/chroma/server.ts'],
      ...['src/remembering/rememberer.ts', 'src/remembering/upkeep.ts'],
      'src/workers/cells.ts',
      // Types only: how any of these ends.
      'src/own-process.ts',
      // Git and npm fetch skills, before any run.
      'src/skills/fetching.ts',
    ],
    instead: 'src/agents/processes/process.ts',
  },
  {
    pattern: /\bconsole\./,
    within: '',
    except: ['src/inspect/log.ts'],
    instead: 'cli/terminal/render.ts or a fact',
  },
  { pattern: /:\s*any\b|\bas any\b|<any>/, within: '', except: [], instead: 'unknown, narrowed' },
  { pattern: /\/[/*].*\b(TODO|FIXME|XXX|HACK)\b/, within: '', except: [], instead: 'the fix' },
];

const linesMax = 400;
const columnsMax = 100;
const functionLinesMax = 70;
const vagueNames = /^(helpers?|utils?|types|common|misc|shared|stuff)\.ts$/;
const entries = [
  ...['src/index.ts', 'machines/index.ts', 'memory/index.ts', 'cli/main.ts'],
  // A file of a thread or process of its own: it is found by its name.
  'src/remembering/scribe.ts',
  'src/runs/result-thread.ts',
  'src/remembering/upkeep-process.ts',
  'src/simulation/study/thread.ts',
  'src/workers/isolated-agent.ts',
  'src/dashboard/main.tsx',
];
const sourceRoots = ['src', 'machines', 'memory', 'cli'];
const ignored = /(^|\/)(node_modules|dist|coverage|\.git|\.scratch|\.troupe)(\/|$)/;

const slashed = (path: string): string => path.replaceAll('\\', '/');

function filesUnder(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => slashed(join(entry.parentPath, entry.name)))
    .filter((path) => !ignored.test(path));
}

const typescript = (path: string): boolean => /\.tsx?$/.test(path);
const sources = sourceRoots.flatMap(filesUnder).filter(typescript);
const tests = filesUnder('test').filter(typescript);
const texts = new Map([...sources, ...tests].map((file) => [file, readFileSync(file, 'utf8')]));
const textOf = (file: string): string => texts.get(file) ?? '';
const rowsOf = (file: string): readonly string[] => textOf(file).split('\n');
const ours = (target: string): boolean => sources.includes(target);

/** One complaint for each row that the look finds something about. */
function complaints(
  files: readonly string[],
  look: (row: string, at: number, rows: readonly string[]) => string | undefined,
): string[] {
  return files.flatMap((file) =>
    rowsOf(file).flatMap((row, at, rows) => {
      const found = look(row, at, rows);
      return found ? [`${file}:${at + 1} ${found}`] : [];
    }),
  );
}

const importForm = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g;

function targetsIn(file: string, row: string): string[] {
  return [...row.matchAll(importForm)].map(([, target = '']) =>
    target.startsWith('.') ? slashed(normalize(join(dirname(file), target))) : target,
  );
}

const importsOf = (file: string): string[] => targetsIn(file, textOf(file));

function importComplaint(file: string, target: string): string | undefined {
  const layer = layers.find((candidate) => file.startsWith(candidate.at));
  if (!layer) return 'lives in no layer: give it one in test/tidy.test.ts, or move it';
  if (target.startsWith('node:')) return undefined;
  if (ours(target)) {
    const allowed = [layer.at, ...layer.mayImport].some((path) => target.startsWith(path));
    const may = layer.mayImport.join(', ') || 'nothing of ours';
    return allowed ? undefined : `imports ${target}: ${layer.at} may import ${may}`;
  }
  if (existsSync(target)) return undefined; // a style or a picture
  const name = target.split('/', target.startsWith('@') ? 2 : 1).join('/');
  const home = homes[name];
  if (!home) return `names the package ${name}: give it a home in test/tidy.test.ts`;
  const allowed = home.some((path) => file.startsWith(path));
  return allowed ? undefined : `names the package ${name}: leave that to ${home.join(', ')}`;
}

describe('the layers', () => {
  test('every import follows the arrows', () => {
    const found = sources.flatMap((file) => {
      const targets = rowsOf(file).flatMap((row, at) =>
        targetsIn(file, row).map((target) => [target, at + 1] as const),
      );
      return [[file, 1] as const, ...targets].flatMap(([target, row]) => {
        const complaint = importComplaint(file, target);
        return complaint ? [`${file}:${row} ${complaint}`] : [];
      });
    });
    expect(found).toEqual([]);
  });

  test('no module waits on itself', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, trail: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const target of importsOf(file).filter(ours)) visit(target, [...trail, file]);
      state.set(file, 'done');
    };
    for (const file of sources) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test('no file is dead', () => {
    const live = new Set<string>();
    const mark = (file: string): void => {
      if (live.has(file)) return;
      live.add(file);
      for (const target of importsOf(file).filter(ours)) mark(target);
    };
    for (const entry of entries) mark(entry);
    const dead = sources.filter((file) => !live.has(file));
    expect(dead.map((file) => `${file}:1 is imported by nobody: use it, or remove it`)).toEqual([]);
  });
});

/** The first comment of a file, without its stars. */
function opening(file: string): string {
  const [, comment = ''] = /^(?:#!.*\n)?\/\*\*([\s\S]*?)\*\//.exec(textOf(file)) ?? [];
  return comment.replaceAll(/^\s*\* ?/gm, '').trim();
}

describe('every file', () => {
  test('opens with one sentence saying what it is', () => {
    const mute = [...sources, ...tests].filter((file) => !/\S[.?]/.test(opening(file)));
    const complaint = 'opens without a sentence: say what it is in /** ... */';
    expect(mute.map((file) => `${file}:1 ${complaint}`)).toEqual([]);
  });

  test('is named for what it holds', () => {
    const vague = [...sources, ...tests].filter((file) => vagueNames.test(basename(file)));
    const complaint = 'has a name that says nothing: split it by what it holds';
    expect(vague.map((file) => `${file}:1 ${complaint}`)).toEqual([]);
  });

  test('is not too long, nor too wide', () => {
    const long = [...sources, ...tests].flatMap((file) => {
      const { length } = rowsOf(file);
      const last = length - 1;
      return last > linesMax ? [`${file}:${linesMax} goes on to ${last}: split it`] : [];
    });
    const wide = complaints([...sources, ...tests], (row) =>
      row.length > columnsMax ? `is ${row.length} columns wide: break it` : undefined,
    );
    expect([...long, ...wide]).toEqual([]);
  });
});

const blockStart = /(=> |\)(: .+)? )\{$/;
const noFunction = /^\s*(\} )?(if|else|for|while|switch|try|catch|do|with)\b/;
const indentOf = (row: string): number => row.length - row.trimStart().length;

/** How many rows the block goes on that this row opens; Biome has indented it. */
function blockLength(at: number, rows: readonly string[]): number {
  const indent = indentOf(rows[at] ?? '');
  const rest = rows.slice(at + 1);
  const end = rest.findIndex((row) => row.trim() !== '' && indentOf(row) <= indent);
  return end < 0 ? rest.length + 1 : end + 2;
}

describe('the code', () => {
  test('has no long functions', () => {
    const found = complaints(sources, (row, at, rows) => {
      if (!blockStart.test(row) || noFunction.test(row)) return undefined;
      const length = blockLength(at, rows);
      return length > functionLinesMax
        ? `begins a function of ${length} lines: give its parts names of their own`
        : undefined;
    });
    expect(found).toEqual([]);
  });

  test('handles every case of a switch, or says that there is no other', () => {
    const found = complaints(sources, (row, at, rows) => {
      if (!/^\s*switch \(/.test(row)) return undefined;
      const block = rows.slice(at, at + blockLength(at, rows)).join('\n');
      const returns = !/^\s*break;$/m.test(block);
      return returns || /^\s*default:/m.test(block)
        ? undefined
        : 'a switch that goes on after it: return in every case, or end in assertNever';
    });
    expect(found).toEqual([]);
  });

  test('has nothing that is banned', () => {
    const found = bans.flatMap(({ pattern, within, except, instead }) => {
      const files = sources.filter(
        (file) => file.startsWith(within) && !except.some((path) => file.startsWith(path)),
      );
      return complaints(files, (row) =>
        pattern.test(row) ? `has ${pattern.exec(row)?.[0]}: use ${instead}` : undefined,
      );
    });
    expect(found).toEqual([]);
  });
});

/** Tests that do not run as they are; `skipIf` says in its condition why. */
const partial = /\b(?:describe|test|it|suite)(?:\.\w+)*\.(?:only|skip|todo|fails)\b/;
const comment = /\/\/|\*\//;

describe('the tests', () => {
  test('leave nothing out without a reason', () => {
    const found = complaints(tests, (row, at, rows) => {
      if (!partial.test(row) || comment.test(row) || comment.test(rows[at - 1] ?? '')) return;
      return `${partial.exec(row)?.[0]} without a reason: say why in a comment beside it`;
    });
    expect(found).toEqual([]);
  });
});

/** Folders of the machine it was written on; said in parts, so as not to complain of this file. */
const foreign = new RegExp(`(?<![\\w.)}*-])/(${['work', 'root', 'tmp', 'home'].join('|')})/`);
const readable = /\.(ts|mts|mjs|js|json|ya?ml|md|sh|txt)$|^\.ci\//;

describe('what is published', () => {
  test('names no folder of the machine it was written on', () => {
    const top = readdirSync('.', { withFileTypes: true }).filter((entry) => entry.isFile());
    const roots = [...sourceRoots, 'test', 'examples', '.ci', 'docs'];
    const files = [...top.map(({ name }) => name), ...roots.flatMap(filesUnder)];
    const found = files
      .filter((file) => readable.test(file))
      .flatMap((file) =>
        readFileSync(file, 'utf8')
          .split('\n')
          .flatMap((row, at) => (foreign.test(row) ? [`${file}:${at + 1}`] : [])),
      );
    const complaint = 'names a folder of one machine: use tmpdir(), or a relative path';
    expect(found.map((place) => `${place} ${complaint}`)).toEqual([]);
  });
});
