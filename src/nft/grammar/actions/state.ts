/** What the actions of one parse share, and copying of defined values. */
import type { Command, Expression, Scope } from '../../ast.ts';
import type { Location, Source } from '../../location.ts';

export interface ParseState {
  scope: Scope;
  readonly commands: Command[];
  errors: number;
  /** The sources of an include statement, in the order of reading; a string is why it failed. */
  include(pattern: string, loc: Location, from: Source): readonly Source[] | string;
}

export function openScope(state: ParseState): Scope {
  const scope: Scope = { parent: state.scope, symbols: new Map() };
  state.scope = scope;
  return scope;
}

export function closeScope(state: ParseState): void {
  if (state.scope.parent) state.scope = state.scope.parent;
}

export function lookupVariable(scope: Scope, name: string): Expression | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const found = at.symbols.get(name);
    if (found) return found;
  }
  return undefined;
}

/** A copy whose nodes may be changed; locations, types and protocols are shared. */
export function cloneExpression<E extends Expression>(node: E): E {
  const copy = { ...node };
  const each = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(each);
    if (value !== null && typeof value === 'object' && 'kind' in value && 'loc' in value)
      return cloneExpression(value as Expression); // every object with kind and loc below an expression is a node
    return value;
  };
  for (const [key, value] of Object.entries(copy))
    if (key !== 'type' && key !== 'loc') Object.assign(copy, { [key]: each(value) });
  return copy;
}
