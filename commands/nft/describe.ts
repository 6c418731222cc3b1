/** `nft describe`. */
import type { Command, Expression } from '../../src/nft/ast.ts';
import { typeByName } from '../../src/nft/datatypes/table.ts';
import type { DataType } from '../../src/nft/datatypes/types.ts';
import type { ValueEnv } from '../../src/nft/datatypes/values.ts';
import { NftError } from '../../src/nft/location.ts';

function symbols(type: DataType): string {
  if (!type.symbols) return '';
  const decimal = type.decimal === true;
  const width = Math.ceil(type.bits / 4);
  const lines = type.symbols.map(([name, value]) => {
    const text = decimal ? `${value}`.padStart(20) : `0x${value.toString(16).padStart(width, '0')}`;
    return `\t${name.padEnd(30)}\t${text}\n`;
  });
  return `\npre-defined symbolic constants ${decimal ? '(in decimal)' : '(in hexadecimal)'}:\n${lines.join('')}`;
}

function typeLine(type: DataType, bits: number): string {
  const base = type.basetypes ? ` (basetype ${type.basetypes})` : '';
  const length = bits > 0 ? `, ${bits} bits` : '';
  return `datatype ${type.name} (${type.description})${base}${length}\n${symbols(type)}`;
}

export function describe(c: Command, _env: ValueEnv): string {
  const expr = c.expr as Expression; // describe always has one
  if (expr.kind === 'symbol') {
    const type = typeByName(expr.name);
    if (type) return typeLine(type, type.bits);
    return 'symbol expression, datatype invalid (invalid)\n';
  }
  if (expr.type.base === 'invalid' && expr.kind !== 'ct')
    throw new NftError('invalid expression', expr.loc);
  return `${expr.kind} expression, ${typeLine(expr.type, expr.bits)}`;
}
