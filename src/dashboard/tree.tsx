/** Data as a tree that opens: text only, whatever it holds. */

interface TreeProps {
  readonly value: unknown;
  readonly name?: string;
  readonly depth?: number;
}

const openDepth = 1;

export function Tree({ value, name = '', depth = 0 }: TreeProps) {
  if (typeof value !== 'object' || value === null) {
    return (
      <div class="leaf">
        {name !== '' && <span class="key">{name}</span>}
        <span class="value" data-kind={value === null ? 'null' : typeof value}>
          {typeof value === 'string' ? value || '""' : String(value)}
        </span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const isList = Array.isArray(value);
  if (entries.length === 0) {
    return (
      <div class="leaf">
        {name !== '' && <span class="key">{name}</span>}
        <span class="value" data-kind="null">
          {isList ? '[]' : '{}'}
        </span>
      </div>
    );
  }
  const inner = entries.map(([key, item]) => (
    <Tree key={key} name={key} value={item} depth={depth + 1} />
  ));
  if (depth === 0) return <div class="tree">{inner}</div>;
  return (
    <details open={depth <= openDepth && entries.length <= 12}>
      <summary>
        <span class="key">{name}</span>
        <span class="quiet">{isList ? `${entries.length} items` : `${entries.length} keys`}</span>
      </summary>
      <div class="branch">{inner}</div>
    </details>
  );
}
