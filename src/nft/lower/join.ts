/** Matches of neighbouring header fields become one load and one comparison (payload_try_merge in nftables' rule.c). */
import type { PayloadNode, RelationalNode, Statement, ValueNode } from '../ast.ts';

/** A match of whole bytes of a header with one value. */
interface FieldMatch {
  readonly statement: Statement & { readonly kind: 'match' };
  readonly relational: RelationalNode;
  readonly left: PayloadNode;
  readonly right: ValueNode;
}

const REGISTER_BITS = 128;
/** What the kernel compares with one instruction. */
const WORD_BITS = 32;

function fieldMatch(statement: Statement): FieldMatch | undefined {
  if (statement.kind !== 'match' || statement.expr.kind !== 'relational') return undefined;
  const { left, right, op } = statement.expr;
  if (left.kind !== 'payload' || right.kind !== 'value' || left.inner) return undefined;
  if (op !== undefined && op !== '==') return undefined;
  return { statement, relational: statement.expr, left, right };
}

const wholeBytes = ({ offset, bits }: PayloadNode): boolean => offset % 8 === 0 && bits % 8 === 0;

function mayJoin(a: PayloadNode, b: PayloadNode): boolean {
  if (a.base !== b.base || a.offset + a.bits !== b.offset) return false;
  if (!wholeBytes(a) || !wholeBytes(b)) return false;
  const total = a.bits + b.bits;
  // Two quick comparisons are not made a slow one.
  if (a.bits <= WORD_BITS && b.bits <= WORD_BITS) return total <= WORD_BITS;
  return total <= REGISTER_BITS;
}

/** Whether the field names the protocol of the next header: what follows depends on its place. */
const namesProtocol = ({ proto, field }: PayloadNode): boolean =>
  proto?.key !== undefined && proto.key === field?.name;

function join(a: FieldMatch, b: FieldMatch): FieldMatch {
  const { loc } = a.left;
  const bits = a.left.bits + b.left.bits;
  const kept = namesProtocol(b.left) ? b : a;
  const { proto, field, ...raw } = a.left;
  const named = namesProtocol(kept.left) ? { proto: kept.left.proto, field: kept.left.field } : {};
  const left: PayloadNode = { ...raw, ...named, loc, bits, type: a.left.type };
  const value = (a.right.value << BigInt(b.left.bits)) | b.right.value;
  const right: ValueNode = { ...a.right, order: 'big', bits, value };
  const relational: RelationalNode = { ...kept.relational, op: '==', left, right, bits };
  return { statement: { ...kept.statement, expr: relational }, relational, left, right };
}

/** Joins the matches of one run; each result takes the place of one of those it is made of. */
function joinRun(run: readonly FieldMatch[], place: Map<Statement, Statement | undefined>): void {
  const sorted = [...run].sort((a, b) => a.left.offset - b.left.offset);
  let last: FieldMatch | undefined;
  /** The statement whose place the current result has. */
  let holder: Statement | undefined;
  for (const match of sorted) {
    if (!last || !holder || !mayJoin(last.left, match.left)) {
      last = match;
      holder = match.statement;
      continue;
    }
    last = join(last, match);
    const [kept, gone]: readonly Statement[] = namesProtocol(match.left)
      ? [match.statement, holder]
      : [holder, match.statement];
    if (gone) place.set(gone, undefined);
    if (kept) place.set(kept, last.statement);
    holder = kept;
  }
}

/** A rule's statements with neighbouring fields joined; statements that do something part the runs. */
export function joinPayloads(statements: readonly Statement[]): readonly Statement[] {
  const place = new Map<Statement, Statement | undefined>();
  let run: FieldMatch[] = [];
  const flush = (): void => {
    if (run.length > 1) joinRun(run, place);
    run = [];
  };
  for (const statement of statements) {
    const match = fieldMatch(statement);
    if (match) run.push(match);
    else if (statement.kind !== 'match') flush();
  }
  flush();
  if (place.size === 0) return statements;
  return statements.flatMap((s) => (place.has(s) ? (place.get(s) ?? []) : [s]));
}
