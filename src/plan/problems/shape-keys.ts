/** Which keys a schema knows at a place of a document. */
import { z } from 'zod';
import type { Path } from './problem.ts';

type Shape = z.core.$ZodType;

/** Empty: there is no map with keys of its own. */
export function keysAt(schema: Shape, path: Path): readonly string[] {
  const [part, ...rest] = path;
  const shapes = kindsOf(schema);
  if (part === undefined) return shapes.flatMap((shape) => keysOf(shape));
  return shapes.flatMap((shape) => {
    const inner = below(shape, part);
    return inner === null ? [] : keysAt(inner, rest);
  });
}

/** What may stand there: without `optional`, and each kind of a union. */
function kindsOf(schema: Shape): readonly Shape[] {
  if (schema instanceof z.ZodOptional) return kindsOf(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(kindsOf);
  return [schema];
}

function below(shape: Shape, part: string | number): Shape | null {
  if (shape instanceof z.ZodObject) return shape.shape[part] ?? null;
  if (shape instanceof z.ZodArray) return shape.element;
  return shape instanceof z.ZodRecord ? shape.valueType : null;
}

const keysOf = (shape: Shape): readonly string[] =>
  shape instanceof z.ZodObject ? Object.keys(shape.shape) : [];
