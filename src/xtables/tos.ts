/** Type-of-service values and their names (RFC 1349), as the tos match and the TOS target write them. */
import { parameterProblem } from './errors.ts';
import { boundedNumber } from './numbers.ts';
import type { Masked } from './options.ts';

export const TOS_NAMES: readonly (readonly [number, string])[] = [
  [0x10, 'Minimize-Delay'],
  [0x08, 'Maximize-Throughput'],
  [0x04, 'Maximize-Reliability'],
  [0x02, 'Minimize-Cost'],
  [0x00, 'Normal-Service'],
];

/** `value[/mask]`, or a name, whose mask is 0x3f; a prefix of a name will do when only one has it. */
export function readTosMask(text: string): Masked {
  const value = boundedNumber(text, 0n, 0xffn);
  if (!value) return readSymbol(text);
  const masked = value.rest.startsWith('/');
  const mask = masked ? boundedNumber(value.rest.slice(1), 0n, 0xffn) : value;
  if (mask?.rest !== '') return parameterProblem(`Illegal value: "${text}"`);
  return { value: Number(value.value), mask: masked ? Number(mask.value) : 0xff, masked };
}

function readSymbol(text: string): Masked {
  const wanted = text.toLowerCase();
  const found = TOS_NAMES.filter(([, name]) => name.toLowerCase().startsWith(wanted));
  const [first] = found;
  if (found.length > 1) parameterProblem(`Symbolic name "${text}" is ambiguous`);
  if (!first) parameterProblem(`Symbolic name "${text}" is unknown`);
  return { value: first[0], mask: 0x3f, masked: false };
}
