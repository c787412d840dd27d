/** Which arguments are code, and what a shell line becomes. */
import { describe, expect, test } from 'vitest';
import { evaluatedPlaces, runArgv } from '../../src/plan/shell.ts';

const x = '{{inputs.x}}';

describe('a value is code', () => {
  test.each([
    [['sh', '-c', x], [2]],
    [['/bin/bash', '-lc', `echo ${x}`], [2]],
    [['bash', '-x', '-o', 'pipefail', '-c', x], [5]],
    [['bash', '-c', '-o', 'pipefail', x], [4]],
    [['sh', '-c', '-e', x], [3]],
    [['zsh', `-c${x}`], [1]],
    [['fish', '--command', x], [2]],
    [['node', '-e', x], [2]],
    [['node', '--eval', x], [2]],
    [['node', `--eval=${x}`], [1]],
    [['node', '-pe', x], [2]],
    [['node', '--print', x], [2]],
    [['node', '--import', './hook.js', '-e', x], [4]],
    [['bun', '-e', x], [2]],
    [['deno', 'eval', x], [2]],
    [['python3.12', '-Ic', x], [2]],
    [['python', `-cprint("${x}")`], [1]],
    [['perl', '-ne', x], [2]],
    [['ruby', '-e', x], [2]],
    [['php', '-r', x], [2]],
    [
      ['cmd', '/d', '/s', '/c', 'echo', x, x],
      [5, 6],
    ],
    [['CMD.EXE', '/C', x], [2]],
    [['C:\\Windows\\powershell.exe', '-NoProfile', '-Command', x], [3]],
    [['pwsh', '-c', 'Write-Output', x], [3]],
    [['powershell', './show.ps1', x], [2]],
    [['env', 'A=1', 'sh', '-c', x], [4]],
    [['env', '-S', x], [2]],
    [['sudo', '-u', 'me', 'bash', '-c', x], [5]],
    [['docker', 'run', 'alpine', 'sh', '-c', x], [5]],
    [['{{inputs.shell}}', '-c', x], [2]],
  ] as const)('%j', (argv, places) => {
    expect(evaluatedPlaces(argv)).toEqual(places);
  });
});

describe('a value is data', () => {
  test.each([
    [['echo', x]],
    [['sh', '-c', 'echo "$1"', 'sh', x]],
    [['sh', '-c', 'echo \\{{inputs.x}}']],
    [['sh', 'script.sh', x]],
    [['bash', 'script.sh', '-c', x]],
    [['node', 'tool.js', '-e', x]],
    [['python', 'tool.py', '-c', x]],
    [['python', '-m', 'tool', x]],
    [['grep', '-e', x]],
    [['tar', '-c', x]],
    [['git', 'commit', '-m', 'node', '-e', x]],
    [['pwsh', '-File', 'x.ps1', '-c', x]],
    [['powershell', '-ExecutionPolicy', 'Bypass', '-File', 'x.ps1', x]],
    [['{{plan.folder}}/check.sh', x]],
  ])('%j', (argv) => {
    expect(evaluatedPlaces(argv)).toEqual([]);
  });
});

describe('a run', () => {
  test.each([
    ['linux', ['sh', '-c', 'npm test']],
    ['darwin', ['sh', '-c', 'npm test']],
    ['win32', ['cmd', '/d', '/s', '/c', 'npm test']],
  ])('as a line goes to the shell of %s', (platform, argv) => {
    expect(runArgv({ shell: 'npm test' }, platform)).toEqual(argv);
  });

  test('as a list goes to nobody', () => {
    expect(runArgv({ argv: ['npm', 'test'] }, 'win32')).toEqual(['npm', 'test']);
  });
});
