/** Reads a Mermaid flowchart as strictly as the ones we write are meant. */

export interface Flowchart {
  /** Label and class by node. */
  readonly nodes: ReadonlyMap<string, { readonly label: string; readonly style: string }>;
  readonly edges: readonly (readonly [string, string])[];
}

const node = /^ {2}(t\d+)\["([^"\n]+)"\]:::(\w+)$/;
const edge = /^ {2}(t\d+) --> (t\d+)$/;
const style = /^ {2}classDef (\w+) [\w:#,]+$/;

/** The only flowchart of a Markdown text; throws for a line that no flowchart of ours has. */
export function flowchartIn(markdown: string): Flowchart {
  const blocks = [...markdown.matchAll(/^```mermaid\nflowchart LR\n([\s\S]*?)\n```$/gm)];
  const [lines = ''] = blocks.map(([, body = '']) => body);
  if (blocks.length !== 1) throw new Error(`${blocks.length} flowcharts`);
  const nodes = new Map<string, { label: string; style: string }>();
  const edges: [string, string][] = [];
  const styles = new Set<string>();
  for (const line of lines.split('\n')) {
    const [, id, label, name] = node.exec(line) ?? [];
    const [, from, to] = edge.exec(line) ?? [];
    const [, defined] = style.exec(line) ?? [];
    if (id && nodes.has(id)) throw new Error(`${id} is there twice`);
    if (id && label && name) nodes.set(id, { label, style: name });
    else if (from && to) edges.push([from, to]);
    else if (defined) styles.add(defined);
    else throw new Error(`no line of a flowchart: ${line}`);
  }
  for (const id of edges.flat()) if (!nodes.has(id)) throw new Error(`no node ${id}`);
  for (const each of nodes.values()) {
    if (!styles.has(each.style)) throw new Error(`no class ${each.style}`);
  }
  return { nodes, edges };
}

/** The cells of each row of the only table, its head included, its rule left out. */
export function tableIn(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|'));
  const rows = lines.map((line) => line.replace(/^\| | \|$/g, '').split(/(?<!\\) \| /));
  return rows.filter((row) => !row.every((cell) => cell === '---'));
}
