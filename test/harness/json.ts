/** JSON values of recordings, and finding where two of them differ. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

export const listOf = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);
export const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** Judges two leaves; undefined leaves the judgement to equality. */
export type LeafRule = (want: Json, got: Json | undefined, key: string) => boolean | undefined;

/** Equal in structure, each leaf as the rule says. */
export function matches(want: Json, got: Json | undefined, rule: LeafRule, key = ''): boolean {
  const judged = rule(want, got, key);
  if (judged !== undefined) return judged;
  if (isObject(want)) {
    if (!isObject(got)) return false;
    const names = definedKeys(want);
    return (
      names.length === definedKeys(got).length &&
      names.every((name) => name in got && matches(want[name] ?? null, got[name], rule, name))
    );
  }
  if (isList(want)) {
    return (
      isList(got) &&
      want.length === got.length &&
      want.every((item, i) => matches(item, got[i], rule, key))
    );
  }
  return want === got;
}

const definedKeys = (value: JsonObject): readonly string[] =>
  Object.keys(value).filter((name) => value[name] !== undefined);

/** Lines that say where two values differ. */
export function differences(
  want: Json | undefined,
  got: Json | undefined,
  rule: LeafRule,
  path: string,
): readonly string[] {
  if (!isObject(want) || !isObject(got))
    return [`${path}: expected ${show(want)}, got ${show(got)}`];
  const names = [...new Set([...definedKeys(want), ...definedKeys(got)])];
  return names.flatMap((name) => {
    const [w, g] = [want[name], got[name]];
    if (w === undefined) return [`${path}.${name}: not expected, got ${show(g)}`];
    return matches(w, g, rule, name) ? [] : differences(w, g, rule, `${path}.${name}`);
  });
}

export const show = (value: Json | undefined): string =>
  value === undefined ? '(nothing)' : JSON.stringify(value);

/** Compares lists in any order. */
export function unorderedDifferences(
  want: readonly Json[],
  got: readonly Json[],
  rule: LeafRule,
  path: string,
): readonly string[] {
  const rest = [...got];
  const missing = want.filter((item) => {
    const at = rest.findIndex((other) => matches(item, other, rule));
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  if (missing.length === 1 && rest.length === 1)
    return differences(missing[0], rest[0], rule, path);
  return [
    ...missing.map((item) => `${path}: missing ${show(item)}`),
    ...rest.map((item) => `${path}: unexpected ${show(item)}`),
  ];
}
