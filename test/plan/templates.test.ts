/** Templates are taken apart and put together without losing or inventing a character. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fillTemplate,
  hasTemplate,
  parseTemplate,
  type Reference,
} from '../../src/plan/templates.ts';

const fill = (text: string, value = 'VALUE') => fillTemplate(parseTemplate(text), () => value);

/** Texts that are likely to be confusing. */
const awkward = fc
  .array(fc.constantFrom('{', '{{', '}', '}}', '\\', 'inputs.x', ' ', '\n', 'é', '😀'))
  .map((pieces) => pieces.join(''));
const anyText = fc.oneof(awkward, fc.string({ unit: 'grapheme' }));

describe('parseTemplate', () => {
  test.each<[string, Reference]>([
    ['{{inputs.x}}', { kind: 'input', name: 'x' }],
    ['{{ inputs.my-repo }}', { kind: 'input', name: 'my-repo' }],
    ['{{results.a.output}}', { kind: 'output', task: 'a' }],
    ['{{results.a.b.output}}', { kind: 'output', task: 'a.b' }],
    ['{{results.a.output.output}}', { kind: 'output', task: 'a.output' }],
    ['{{results.a.artifacts}}', { kind: 'artifacts', task: 'a' }],
    ['{{plan.folder}}', { kind: 'plan-folder' }],
    ['{{artifacts}}', { kind: 'own-artifacts' }],
    ['{{ context }}', { kind: 'context' }],
  ])('%s', (source, reference) => {
    expect(parseTemplate(source).parts).toEqual([{ kind: 'value', source, reference }]);
  });

  test('keeps apart what is not known and what is not closed', () => {
    expect(parseTemplate('a {{b}} {{c\nd}}').parts).toEqual([
      { kind: 'text', text: 'a ' },
      { kind: 'unknown', source: '{{b}}', expression: 'b' },
      { kind: 'text', text: ' ' },
      { kind: 'unclosed', source: '{{c' },
      { kind: 'text', text: '\nd}}' },
    ]);
  });
});

describe('fillTemplate', () => {
  test.each([
    ['no templates', 'no templates'],
    ['<{{inputs.x}}>', '<VALUE>'],
    ['{{inputs.x}}{{inputs.x}}', 'VALUEVALUE'],
    ['\\{{inputs.x}}', '{{inputs.x}}'],
    ['\\\\{{inputs.x}}', '\\VALUE'],
    ['\\\\\\{{inputs.x}}', '\\{{inputs.x}}'],
    ['C:\\dir', 'C:\\dir'],
    ['{inputs.x}', '{inputs.x}'],
    ['}}', '}}'],
  ])('%s', (text, filled) => {
    expect(fill(text)).toBe(filled);
  });

  test('changes nothing in a text without templates', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = text.replaceAll('{{', '');
        fc.pre(!plain.includes('{{'));
        expect(fill(plain)).toBe(plain);
        expect(hasTemplate(plain)).toBe(false);
      }),
    );
  });

  test('gives back any text whose braces were escaped', () => {
    // Every backslash before braces is doubled, and one more keeps the braces.
    const escaped = (text: string) => text.replaceAll(/(\\*)\{\{/g, '$1$1\\{{');
    fc.assert(
      fc.property(anyText, (text) => {
        expect(fill(escaped(text))).toBe(text);
        expect(hasTemplate(escaped(text))).toBe(false);
      }),
    );
  });

  test('never reads a value again as a template', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        expect(fill('<{{inputs.x}}>', value)).toBe(`<${value}>`);
      }),
    );
  });

  test('looks every value up once, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,5}$/)), (names) => {
        const seen: string[] = [];
        const text = names.map((name) => `-{{inputs.${name}}}`).join('');
        const filled = fillTemplate(parseTemplate(text), (reference) => {
          const name = 'name' in reference ? reference.name : '';
          seen.push(name);
          return name.toUpperCase();
        });
        expect(seen).toEqual(names);
        expect(filled).toBe(names.map((name) => `-${name.toUpperCase()}`).join(''));
      }),
    );
  });
});
