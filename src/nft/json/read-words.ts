/**
 * JSON as words of the nft language, for its own parser. Text of the input never becomes part of them: it stands beside,
 * and its place is marked, so that no string is read as more than one word.
 */
import { NotEmulated } from '../../base/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { internalLocation, type Message, type Source } from '../location.ts';

/** JSON that is refused; the messages of all levels, innermost first. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly messages: readonly Message[];
  constructor(messages: readonly Message[]) {
    super(messages[0]?.text ?? '');
    this.messages = messages;
  }
}

export const refuse = (text: string): never => {
  throw new Refusal([{ text, at: [internalLocation] }]);
};

/** Runs a part of the reading; what it refuses is reported for the whole, too. */
export function within<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal([...error.messages, { text, at: [internalLocation] }]);
  }
}

export function typeName(json: Json): string {
  if (json === null) return 'null';
  if (typeof json === 'boolean') return json ? 'true' : 'false';
  if (typeof json === 'bigint') return 'integer';
  if (typeof json === 'number') return 'real';
  if (typeof json === 'string') return 'string';
  return isArray(json) ? 'array' : 'object';
}

export class Words {
  readonly strings: string[] = [];
  readonly source: Source;
  constructor(text: string) {
    this.source = { kind: 'buffer', text, depth: 0 };
  }

  /** One word of the user's. */
  word(text: string): string {
    this.strings.push(text);
    return ` \uE000${this.strings.length - 1}; `;
  }

  /** jansson's complaint; it points at the place in its format, five characters an item. */
  #unpack(text: string, column: number): never {
    const loc = { source: this.source, line: 1, lineOffset: 0, first: column, last: column };
    throw new Refusal([{ text, at: [loc] }]);
  }

  object(json: Json): JsonObject {
    if (isObject(json)) return json;
    return this.#unpack(`Expected object, got ${typeName(json)}`, 1);
  }

  /** A member that must be there; `index` counts those asked for at once. */
  need(object: JsonObject, key: string, index = 0): Json {
    const json = object.get(key);
    return json === undefined ? this.#unpack(`Object item not found: ${key}`, 4 + 5 * index) : json;
  }

  text(object: JsonObject, key: string, index = 0): string {
    const json = this.need(object, key, index);
    return typeof json === 'string'
      ? json
      : this.#unpack(`Expected string, got ${typeName(json)}`, 4 + 5 * index);
  }

  integer(object: JsonObject, key: string, index = 0): bigint {
    const json = this.need(object, key, index);
    return typeof json === 'bigint'
      ? json
      : this.#unpack(`Expected integer, got ${typeName(json)}`, 4 + 5 * index);
  }
}

/** Members that are not understood stop the reading. */
export function only(object: JsonObject, what: string, keys: readonly string[]): void {
  for (const key of object.keys())
    if (!keys.includes(key)) throw new NotEmulated(`"${key}" of ${what} in nft JSON input`);
}

export const optionalInteger = (object: JsonObject, key: string): bigint | undefined => {
  const json = object.get(key);
  if (json === undefined || typeof json === 'bigint') return json;
  throw new NotEmulated(`"${key}" that is no integer in nft JSON input`);
};
export const optionalText = (object: JsonObject, key: string): string | undefined => {
  const json = object.get(key);
  if (json === undefined || typeof json === 'string') return json;
  throw new NotEmulated(`"${key}" that is no string in nft JSON input`);
};

/** One word or a list of them, each one of those known. */
export function flagWords(
  json: Json | undefined,
  what: string,
  known: readonly string[],
): readonly string[] {
  if (json === undefined) return [];
  return (isArray(json) ? json : [json]).map((flag) => {
    if (typeof flag === 'string' && known.includes(flag)) return flag;
    throw new NotEmulated(`such flags of ${what} in nft JSON input`);
  });
}
