/** Where in a plan's text its parts stand, for whoever has something to say of a sound plan. */
import { createLocate, type Locate } from './locate.ts';
import { parseLeniently, parseYaml } from './yaml-text.ts';

/** The line of a part, from 1; 0 when nobody knows. */
export type LineOf = (path: readonly (string | number)[]) => number;

/** Of a plan that came as an object. */
export const noLines: LineOf = () => 0;

/** The text is parsed again when the first line is asked for, and not before. */
export function linesOf(text: string, file: string): LineOf {
  const isJson = /\.json$/i.test(file);
  let locate: Locate | null = null;
  return (path) => {
    locate ??= createLocate(text, () => (isJson ? parseLeniently(text) : parseYaml(text).document));
    return locate({ path, at: 'key' })?.line ?? 0;
  };
}
