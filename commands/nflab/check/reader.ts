/** Reads YAML with the place of everything, so that each complaint names line and column. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';

/** The file is wrong; the message begins with `line:column: `. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
}

/** A value with its place. */
export class Value {
  private readonly node: Node | null | undefined;
  private readonly document: Document;
  private readonly counter: LineCounter;
  /** Offset where it stands; of what it belongs to, when it is empty. */
  private readonly offset: number;

  constructor(
    node: Node | null | undefined,
    document: Document,
    counter: LineCounter,
    offset: number,
  ) {
    this.node = isAlias(node) ? node.resolve(document) : node;
    this.document = document;
    this.counter = counter;
    this.offset = node?.range?.[0] ?? offset;
  }

  /** Line, from 1. */
  get line(): number {
    return this.counter.linePos(this.offset).line;
  }

  fail(message: string): never {
    const { line, col } = this.counter.linePos(this.offset);
    throw new SpecError(`${line}:${col}: ${message}`);
  }

  get isMap(): boolean {
    return isMap(this.node);
  }

  get isList(): boolean {
    return isSeq(this.node);
  }

  /** A text, or a number as it is written. */
  text(): string {
    if (!isScalar(this.node)) this.fail('expected text');
    const { value, source } = this.node;
    if (typeof value === 'string') return value;
    if (typeof value !== 'number' && typeof value !== 'boolean') this.fail('expected text');
    return source ?? String(value);
  }

  integer(): number {
    const value = isScalar(this.node) ? this.node.value : undefined;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) this.fail('expected a number');
    return value;
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    const text = this.text();
    return choices.find((choice) => choice === text) ?? this.fail(`expected ${choices.join(', ')}`);
  }

  list(): readonly Value[] {
    if (!isSeq(this.node)) this.fail('expected a list');
    // A sequence holds nodes, since it comes from a parsed document.
    return this.node.items.map((item) => this.inside(item as Node | null));
  }

  /** The entries of a map; a key that is not among `keys` is an error. */
  map(keys?: readonly string[]): ReadonlyMap<string, Value> {
    if (!isMap(this.node)) this.fail('expected keys and values');
    const entries = new Map<string, Value>();
    for (const { key, value } of this.node.items) {
      const name = this.inside(key as Node);
      const text = name.text();
      if (keys && !keys.includes(text)) name.fail(`no such key: ${text} (${keys.join(', ')})`);
      entries.set(text, new Value(value as Node | null, this.document, this.counter, name.offset));
    }
    return entries;
  }

  private inside(node: Node | null): Value {
    return new Value(node, this.document, this.counter, this.offset);
  }
}

/** The document's value. Throws SpecError for what is not YAML. */
export function readYaml(text: string): Value {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = counter.linePos(error.pos[0]);
    throw new SpecError(`${line}:${col}: ${error.message}`);
  }
  return new Value(document.contents, document, counter, 0);
}
