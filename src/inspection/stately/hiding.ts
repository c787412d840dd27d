/** Takes what looks like a key out of whatever leaves for the inspector, however deep it lies. */

const hidden = '[redacted]';

/** What a field is called whose text is a secret; a number is none, and our own tokens are such. */
const secretNames = [
  ...['api_?key', 'private_?key', 'secret', 'password', 'passwd', 'authorization', 'credential'],
  ...['cookie', 'token'],
];
const secretField = new RegExp(`(^|[_-])(${secretNames.join('|')})s?$`, 'i');

/** Keys as providers make them, and what stands behind `Bearer`. */
const secretForms = [
  ...[String.raw`sk-[\w-]{8,}`, String.raw`sk_(?:live|test)_\w{8,}`, String.raw`xai-[\w-]{8,}`],
  ...[String.raw`gh[pousr]_\w{20,}`, String.raw`github_pat_\w{20,}`, 'AKIA[0-9A-Z]{16}'],
  ...[String.raw`AIza[\w-]{30,}`, String.raw`xox[abprs]-[\w-]{8,}`],
  String.raw`eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*`,
  String.raw`(?:Bearer|Basic)\s+[\w.~+/-]{8,}=*`,
];
const secretText = new RegExp(String.raw`\b(?:${secretForms.join('|')})`, 'g');

const depthMax = 40;

export function withoutSecrets<Value>(value: Value): Value {
  return clean(value, 0) as Value;
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replaceAll(secretText, hidden);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > depthMax) return hidden;
  if (Array.isArray(value)) return value.map((one) => clean(one, depth + 1));
  const entries = Object.entries(value).map(([key, one]) => {
    const isSecret = typeof one === 'string' && secretField.test(spelled(key));
    return [key, isSecret ? hidden : clean(one, depth + 1)] as const;
  });
  return Object.fromEntries(entries);
}

/** `xaiApiKey` as `xai_api_key`. */
const spelled = (key: string): string => key.replaceAll(/([a-z])([A-Z])/g, '$1_$2');
