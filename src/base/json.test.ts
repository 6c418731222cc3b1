import { describe, expect, it } from 'vitest';
import { isObject, JsonError, readJson, writeJson } from './json.ts';

describe('JSON', () => {
  it('keeps 64-bit integers both ways', () => {
    const text = '{"a": [9223372036854775807, -9223372036854775808, 0.5, null, true]}';
    expect(writeJson(readJson(text))).toBe(text);
  });

  it('has no special keys', () => {
    const json = readJson('{"__proto__": {"x": 1}, "constructor": 2}');
    expect(isObject(json) && [...json.keys()]).toEqual(['__proto__', 'constructor']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('escapes control characters and leaves others', () => {
    expect(writeJson('a"\\\n\u0001\u00e9/')).toBe('"a\\"\\\\\\n\\u0001\u00e9/"');
    expect(readJson('"\\u00e9\\/\\t"')).toBe('\u00e9/\t');
  });

  it('refuses what is no JSON, and depth and integers beyond the limits', () => {
    const bad = ['', '{', '[1,]', '{"a" 1}', '[1] 2', '"\n"', '01', '1e999', '['.repeat(100_000)];
    for (const text of [...bad, '9223372036854775808', '9'.repeat(100_000)])
      expect(() => readJson(text), text.slice(0, 20)).toThrow(JsonError);
  });
});
