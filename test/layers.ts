/** Who may import whom, and where each outside package lives: the house's plan, as data. */

export interface Layer {
  /** A folder, or one file. */
  readonly at: string;
  readonly mayImport: readonly string[];
}

const core = ['src/kernel/', 'machines/'];
const assembly = ['src/', 'machines/', 'memory/index.ts'];

/** Most specific first: a file belongs to the first layer whose path it starts with. */
export const layers: readonly Layer[] = [
  { at: 'machines/', mayImport: [] },
  { at: 'memory/', mayImport: [] },
  { at: 'src/kernel/', mayImport: ['machines/'] },
  { at: 'src/plan/', mayImport: core },
  { at: 'src/journal/', mayImport: core },
  { at: 'src/agents/', mayImport: core },
  { at: 'src/evidence/', mayImport: core },
  { at: 'src/bus/', mayImport: core },
  { at: 'src/accounts/', mayImport: core },
  { at: 'src/worktrees/', mayImport: core },
  { at: 'src/runs/', mayImport: ['src/plan/', ...core] },
  { at: 'src/config.ts', mayImport: ['src/kernel/'] },
  // What each plug bounds, gathered for people: it reads constants only.
  { at: 'src/limits.ts', mayImport: ['src/agents/', 'src/journal/', 'src/plan/', ...core] },
  // The assembly knows everyone; app.ts is its front, crew/ and host.ts are its hands.
  { at: 'src/own-process.ts', mayImport: ['src/kernel/'] },
  { at: 'src/app.ts', mayImport: assembly },
  { at: 'src/assembly.ts', mayImport: assembly },
  { at: 'src/crew/', mayImport: assembly },
  { at: 'src/probing.ts', mayImport: assembly },
  { at: 'src/account-desk.ts', mayImport: assembly },
  { at: 'src/host.ts', mayImport: assembly },
  { at: 'src/past/', mayImport: assembly },
  { at: 'src/upgrading.ts', mayImport: assembly },
  { at: 'src/facts.ts', mayImport: assembly },
  { at: 'src/handoff/', mayImport: assembly },
  { at: 'src/cluster/', mayImport: assembly },
  { at: 'src/simulation/', mayImport: assembly },
  // It counts tokens before every run, without loading memory's database.
  { at: 'src/remembering/', mayImport: [...assembly, 'memory/manager/tokens.ts'] },
  { at: 'src/verify/', mayImport: assembly },
  { at: 'src/planning/', mayImport: assembly },
  // It hides what memory hides, without loading memory's database.
  { at: 'src/conversations/', mayImport: [...assembly, 'memory/truth/redaction.ts'] },
  { at: 'src/context/', mayImport: assembly },
  { at: 'src/documents/', mayImport: [...assembly, 'memory/prompts/line-diff.ts'] },
  { at: 'src/templates/', mayImport: assembly },
  {
    at: 'src/skills/',
    // Memory's own way to compare and count, without loading memory's database.
    mayImport: [
      ...[...assembly, 'memory/prompts/line-diff.ts', 'memory/manager/tokens.ts'],
      'memory/embedding/static-vectors.ts',
    ],
  },
  { at: 'src/inspection/', mayImport: assembly },
  { at: 'src/serving/', mayImport: assembly },
  { at: 'src/intake/', mayImport: assembly },
  {
    at: 'src/learning/',
    // What tells how alike texts are, without loading memory's database.
    mayImport: [...assembly, 'memory/embedding/static-vectors.ts', 'memory/embedding/words.ts'],
  },
  { at: 'src/mcp/', mayImport: assembly },
  { at: 'src/panes/', mayImport: assembly },
  { at: 'src/webhooks/', mayImport: assembly },
  { at: 'src/telemetry/', mayImport: assembly },
  { at: 'src/workers/', mayImport: assembly },
  // The page speaks with the house over the wire, and shares the wire's types.
  { at: 'src/dashboard/', mayImport: ['src/serving/'] },
  {
    at: 'src/index.ts',
    mayImport: [
      ...['src/account-desk.ts', 'src/accounts/ledger.ts', 'src/probing.ts'],
      ...['src/app.ts', 'src/host.ts', 'src/config.ts', 'src/limits.ts', 'src/past/', 'src/bus/'],
      ...['src/journal/axioms/violation.ts', 'src/remembering/'],
      ...['src/plan/', 'src/kernel/', 'src/runs/', 'src/simulation/'],
      ...['src/agents/streams.ts', 'src/agents/survey.ts'],
      ...['src/verify/', 'src/planning/', 'src/conversations/', 'src/documents/'],
      ...['src/context/', 'src/templates/', 'src/intake/', 'src/learning/'],
      ...['src/skills/', 'src/workers/', 'src/handoff/', 'src/cluster/finding.ts'],
      ...['src/inspection/', 'src/serving/', 'src/mcp/', 'src/panes/'],
    ],
  },
  { at: 'cli/', mayImport: ['src/index.ts'] },
];

/** Every outside package, and the only places that may name it. */
export const homes: Readonly<Record<string, readonly string[]>> = {
  // The bus and the host speak of its events and machines as types.
  xstate: [
    ...['machines/', 'src/kernel/', 'src/bus/', 'src/host.ts', 'src/upgrading.ts'],
    ...['src/verify/', 'src/inspection/'],
  ],
  '@xstate/graph': ['src/verify/'],
  zod: ['machines/', 'src/', 'memory/', 'cli/'],
  yaml: ['src/plan/'],
  ajv: ['src/plan/'],
  croner: ['src/intake/schedule-times.ts'],
  commander: ['cli/'],
  '@nats-io/jetstream': ['src/bus/nats/', 'src/cluster/', 'src/workers/nats/'],
  '@nats-io/kv': ['src/cluster/', 'src/workers/nats/'],
  '@nats-io/obj': ['src/cluster/', 'src/workers/nats/'],
  '@nats-io/transport-node': ['src/bus/nats/', 'src/cluster/', 'src/workers/nats/'],
  ws: ['src/bus/', 'src/serving/', 'src/inspection/'],
  openai: ['src/agents/'],
  '@agentclientprotocol/sdk': ['src/agents/'],
  '@modelcontextprotocol/client': ['src/agents/'],
  '@modelcontextprotocol/server': ['src/mcp/'],
  '@modelcontextprotocol/node': ['src/mcp/'],
  '@opentelemetry/api': ['src/telemetry/'],
  '@opentelemetry/exporter-metrics-otlp-http': ['src/telemetry/telemetry.ts'],
  '@opentelemetry/exporter-prometheus': ['src/telemetry/'],
  '@opentelemetry/exporter-trace-otlp-http': ['src/telemetry/telemetry.ts'],
  '@opentelemetry/resources': ['src/telemetry/'],
  '@opentelemetry/sdk-metrics': ['src/telemetry/'],
  '@opentelemetry/sdk-trace-base': ['src/telemetry/telemetry.ts'],
  elkjs: ['src/dashboard/', 'src/inspection/'],
  preact: ['src/dashboard/'],
  '@preact/signals': ['src/dashboard/'],
  chromadb: ['memory/chroma/chroma-index.ts'],
  libsql: ['memory/truth/database.ts', 'src/accounts/database.ts', 'memory/truth/lock.ts'],
  minisearch: ['memory/prompts/library.ts'],
  lowdb: ['memory/json-file.ts'],
  // One line a package: name its home here when you add it.
};
