import type { ExprResult } from '../../kernel/nftables/context.ts';
import { addresses } from '../../packet/transport.ts';
import { defineTarget } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import { boundedNumber } from '../numbers.ts';
import type { OptionCall } from '../options.ts';

interface NfqueueInfo {
  /** First queue. */
  readonly num: number;
  /** Queues the packets are spread over. */
  readonly total: number;
  readonly bypass: boolean;
  readonly fanout: boolean;
}

const MAX_BALANCE = 65534;

/** `first:last`, either end left out for its bound; the engine's words for what is out of range. */
function readBalance(text: string, call: OptionCall): { from: number; to: number } {
  const bad = (near: string, min: number) =>
    parameterProblem(
      `NFQUEUE: bad value for option "--${call.option}" near "${near}", or out of range (${min}-${MAX_BALANCE}).\n`,
    );
  const number = (part: string, min: number): { value: number; rest: string } => {
    if (part === '' || part[0] === ':') return { value: -1, rest: part };
    const read = boundedNumber(part, BigInt(min), BigInt(MAX_BALANCE)) ?? bad(part, min);
    if (read.rest !== '' && read.rest[0] !== ':')
      parameterProblem(
        `NFQUEUE: Argument to "--${call.option}" has unexpected characters near "${read.rest}".\n`,
      );
    return { value: Number(read.value), rest: read.rest };
  };
  const first = number(text, 0);
  const from = Math.max(first.value, 0);
  if (first.rest === '') parameterProblem(`Bad range "${text}"`);
  const second = number(first.rest.slice(1), from);
  if (second.rest !== '')
    parameterProblem('NFQUEUE: Too many components for option "--queue-balance" (max: 2)\n');
  const to = second.value < 0 ? MAX_BALANCE : second.value;
  if (from >= to) parameterProblem(`${from} should be less than ${to}`);
  return { from, to };
}

const range = ({ num, total }: NfqueueInfo, dash: string): string =>
  total > 1 ? `${num}${dash}${num + total - 1}` : `${num}`;

/** nfqueue_hash: the same queue for both directions of a connection; here by the addresses' sum, for want of the kernel's seed. */
function spread(total: number, src: Uint8Array, dst: Uint8Array): number {
  let sum = 0;
  for (const byte of src) sum += byte;
  for (const byte of dst) sum += byte;
  return sum % total;
}

export const nfqueue = defineTarget({
  name: 'NFQUEUE',
  revision: 3,
  options: {
    'queue-num': { type: 'u16', excludes: ['queue-balance'] },
    'queue-balance': { type: 'string', excludes: ['queue-num'], read: readBalance },
    'queue-bypass': { type: 'none' },
    'queue-cpu-fanout': { type: 'none', also: ['queue-balance'] },
  },
  help: `--queue-num NUMBER         hand the packet to this queue (0)
--queue-balance FIRST:LAST  spread over these queues
--queue-bypass             accept when no program listens on the queue
--queue-cpu-fanout         with --queue-balance: by CPU instead of by address`,
  parse(options): NfqueueInfo {
    const balance = options['queue-balance']?.value;
    return {
      num: balance?.from ?? options['queue-num']?.value ?? 0,
      total: balance ? balance.to - balance.from + 1 : 1,
      bypass: options['queue-bypass'] !== undefined,
      fanout: options['queue-cpu-fanout'] !== undefined,
    };
  },
  print(info) {
    const queues = info.total > 1 ? `balance ${range(info, ':')}` : `num ${info.num}`;
    return `NFQUEUE ${queues}${info.bypass ? ' bypass' : ''}${info.fanout ? ' cpu-fanout' : ''}`;
  },
  save(info) {
    const queues =
      info.total > 1 ? `--queue-balance ${range(info, ':')}` : `--queue-num ${info.num}`;
    return `${queues}${info.bypass ? ' --queue-bypass' : ''}${info.fanout ? ' --queue-cpu-fanout' : ''}`;
  },
  translate(info) {
    const flags = [...(info.bypass ? ['bypass'] : []), ...(info.fanout ? ['fanout'] : [])];
    const words = [`queue num ${range(info, '-')}`, ...(flags.length > 0 ? [flags.join(',')] : [])];
    return `${words.join(' ')}${info.total === 1 && info.bypass ? '' : ' '}`;
  },
  apply({ num, total, bypass, fanout }, { packet }): ExprResult {
    const { src, dst } = addresses(packet);
    // One CPU, the first.
    const offset = total > 1 && !fanout ? spread(total, src, dst) : 0;
    return { code: 'queue', num: num + offset, bypass };
  },
});
