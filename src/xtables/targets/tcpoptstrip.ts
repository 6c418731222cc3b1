import { readUint, writeUint } from '../../base/bytes.ts';
import { CONTINUE } from '../../kernel/nftables/context.ts';
import { updateChecksum } from '../../packet/checksum.ts';
import { PROTO } from '../../packet/protocols.ts';
import { readTcp, tcpOptions } from '../../packet/tcp.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { wholeUint } from '../numbers.ts';

interface TcpoptstripInfo {
  /** Kinds, ascending. */
  readonly kinds: readonly number[];
}

const NAMES = new Map([
  ['wscale', 3],
  ['mss', 2],
  ['sack-permitted', 4],
  ['sack', 5],
  ['timestamp', 8],
  ['md5', 19],
]);
const NOP = 1;

function readKinds(text: string): number[] {
  const kinds = new Set<number>();
  for (const word of text.split(',')) {
    const kind = NAMES.get(word) ?? wholeUint(word, 0, 255);
    if (kind === undefined) parameterProblem(`Bad TCP option value "${word}"`);
    if (kind < 2) parameterProblem('Option value may not be 0 or 1');
    kinds.add(kind);
  }
  return [...kinds].sort((a, b) => a - b);
}

export const tcpoptstrip = defineTarget({
  name: 'TCPOPTSTRIP',
  options: { 'strip-options': { type: 'string', read: readKinds } },
  help: '--strip-options LIST  TCP options overwritten with no-operations: numbers, or wscale mss sack-permitted sack timestamp md5',
  parse: (options): TcpoptstripInfo => ({ kinds: options['strip-options']?.value ?? [] }),
  print: ({ kinds }) => (kinds.length === 0 ? '' : `TCPOPTSTRIP options ${kinds.join(',')}`),
  save: ({ kinds }) => (kinds.length === 0 ? '' : `--strip-options ${kinds.join(',')}`),
  demands: { tables: ['mangle'], protos: [PROTO.tcp] },
  apply({ kinds }, { packet }) {
    const { offset, fragment } = packet.transport;
    const { data } = packet;
    const header = fragment === 0 ? readTcp(data, offset) : undefined;
    if (!header) return CONTINUE;
    for (const option of tcpOptions(data, offset + 20, offset + header.headerLength)) {
      if (!kinds.includes(option.kind)) continue;
      // Whole words, so that the sum's halves stay in step.
      const from = option.offset - ((option.offset - offset) % 2);
      const to = option.offset + option.length + ((option.offset + option.length - offset) % 2);
      const was = data.slice(from, to);
      data.fill(NOP, option.offset, option.offset + option.length);
      const sum = updateChecksum(readUint(data, offset + 16, 2), was, data.subarray(from, to));
      writeUint(data, offset + 16, 2, sum);
    }
    return CONTINUE;
  },
});
