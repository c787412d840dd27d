/** What a client may read by address: runs, their reports and results, and the machines. */
import { readFile } from 'node:fs/promises';
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { UserError } from '../kernel/user-error.ts';
import { runMachines } from '../runs/launch.ts';
import { readResult } from '../runs/results.ts';
import type { RunHost } from './run-host.ts';
import { runOf } from './shapes.ts';

/** A client lists what a person would look at, not an archive. */
const listedMax = 50;

export function registerResources(server: McpServer, host: RunHost): void {
  registerRuns(server, host);
  registerReports(server, host);
  registerResults(server, host);
  registerMachines(server);
}

function registerRuns(server: McpServer, host: RunHost): void {
  const template = new ResourceTemplate('troupe://runs/{run}', {
    list: async () => {
      const names = (await host.troupe.names()).slice(0, listedMax);
      return { resources: names.map((name) => ({ name, uri: `troupe://runs/${name}` })) };
    },
  });
  const words = { title: 'A run', description: 'How a run stands.', mimeType: json };
  server.registerResource('run', template, words, async (uri, { run }) => {
    const { view, owner } = await host.troupe.look(nameIn(run));
    return contents(uri, json, JSON.stringify(runOf(view, owner !== null)));
  });
}

function registerReports(server: McpServer, host: RunHost): void {
  const template = new ResourceTemplate('troupe://runs/{run}/report', { list: undefined });
  const words = { title: "A run's report", description: 'For people.', mimeType: markdown };
  server.registerResource('report', template, words, async (uri, { run }) => {
    const folder = await host.troupe.folder(nameIn(run));
    const text = await readFile(folder.report, 'utf8').catch(() => null);
    if (text === null) throw notYet(`${folder.id} has no report yet`);
    return contents(uri, markdown, text);
  });
}

function registerResults(server: McpServer, host: RunHost): void {
  const template = new ResourceTemplate('troupe://runs/{run}/results/{task}', { list: undefined });
  const words = { title: "A task's result", description: 'As its file has it.', mimeType: json };
  server.registerResource('result', template, words, async (uri, { run, task }) => {
    const { view } = await host.troupe.look(nameIn(run));
    const { task: id } = await host.troupe.why(view.id, nameIn(task));
    const result = await readResult(await host.troupe.folder(view.id), id);
    if (result === null) throw notYet(`${id} has no result yet`);
    return contents(uri, json, JSON.stringify(result));
  });
}

function registerMachines(server: McpServer): void {
  for (const machine of runMachines) {
    const name = machine.id;
    const uri = `troupe://machines/${name}`;
    const description = `The statechart of every ${name}, as XState configuration.`;
    const words = { title: `The ${name} machine`, description, mimeType: json };
    server.registerResource(`machine-${name}`, uri, words, async (at) =>
      contents(at, json, JSON.stringify(machine.config)),
    );
  }
}

const json = 'application/json';
const markdown = 'text/markdown';

const contents = (uri: URL, mimeType: string, text: string) => ({
  contents: [{ uri: uri.href, mimeType, text }],
});

function nameIn(variable: string | readonly string[] | undefined): string {
  return decodeURIComponent(typeof variable === 'string' ? variable : (variable?.[0] ?? ''));
}

function notYet(message: string): UserError {
  return new UserError('resource.not-yet', message, 'see how the run stands: get_run');
}
