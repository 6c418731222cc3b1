/** Packets in words, put into a lab: alone, or as the first of a conversation. */
import { ToolError } from '../../src/base/errors.ts';
import {
  arrivalOf,
  type Conversation,
  converse,
  type FlowStep,
  frame,
} from '../../src/lab/flow.ts';
import type { Machine } from '../../src/lab/machine.ts';
import { openMachine } from '../../src/lab/open.ts';
import type { Trace } from '../../src/lab/trace.ts';
import { packetFields } from '../../src/packet/fields.ts';
import { PROTO } from '../../src/packet/protocols.ts';
import { buildWords } from '../../src/packet/word-packet.ts';
import { type PacketWords, PacketWordsError, parsePacketWords } from '../../src/packet/words.ts';
import { USAGE_EXIT } from './context.ts';
import type { NflabPorts } from './ports.ts';
import { endText } from './trace-view.ts';

/** A packet that went through a lab: what was put in, and what came of it. */
export interface Passage {
  readonly label: string;
  readonly from: FlowStep['from'];
  readonly trace: Trace;
  /** It reached the other side. */
  readonly arrived: boolean;
  /** Why it got no further, though it arrived: what this host said to it, in words. */
  readonly failure?: string;
  /** The command that would change that. */
  readonly remedy?: string;
}

/** Reads packet words; `others` are words that could have been meant beside them. Throws ToolError. */
export function readPacket(words: readonly string[], others: readonly string[] = []): PacketWords {
  try {
    return parsePacketWords(words, others);
  } catch (error) {
    if (error instanceof PacketWordsError) throw new ToolError(error.message, USAGE_EXIT);
    throw error;
  }
}

/**
 * Sends one packet, or a whole conversation that it begins; counters and connections of the lab move. `keepPackets`: the
 * trace has the packet as it was at each rule. Throws ToolError.
 */
export function sendWords(
  { wall, store }: Pick<NflabPorts, 'wall' | 'store'>,
  words: PacketWords,
  { flow, keepPackets = false }: { readonly flow: boolean; readonly keepPackets?: boolean },
): readonly Passage[] {
  return store.transact((lab) => {
    const machine = openMachine(lab, wall, { answers: flow });
    const src = words.src ?? sourceTowards(machine, words);
    for (const dev of [words.dev, words.oif]) if (dev !== undefined) checkDevice(machine, dev);
    if (flow) return converse(machine, conversationOf(words, src)).map(passageOf);
    const data = buildWords(words, src);
    const { dev, oif, uid, gid, mark } = words;
    const trace =
      dev === undefined
        ? machine.send(data, { uid, gid, mark, ...(oif !== undefined && { oif }) }, { keepPackets })
        : machine.inject(dev, frame(machine, dev, data), { keepPackets });
    const arrived = arrivalOf(trace) !== undefined;
    return [{ label: 'packet', from: 'client', trace, arrived }];
  });
}

function passageOf({ label, from, trace, arrived, failure }: FlowStep): Passage {
  const passage = { label, from, trace, arrived: arrived !== undefined };
  if (!failure || !arrived) return passage;
  const { proto, dst, dport } = packetFields(arrived.data);
  const place = `${proto} ${endText(dst, dport)}`;
  return failure === 'unanswered'
    ? { ...passage, failure: `unanswered: this host says nothing to ${place}` }
    : {
        ...passage,
        failure: `refused: nothing listens on ${place}`,
        remedy: `nflab host listen ${proto} ${dport}`,
      };
}

function checkDevice(machine: Machine, dev: string): void {
  if (!machine.routing.device(dev))
    throw new ToolError(`the lab has no interface ${dev}; \`nflab host\` lists them`, USAGE_EXIT);
}

/** As a socket would choose it. */
function sourceTowards(machine: Machine, { dst, mark, oif }: PacketWords): Uint8Array {
  const route = machine.routing.output({ dst, src: undefined, mark, iif: undefined, oif });
  const src = route?.src ?? (route && machine.routing.selectSource(route.dev.name, dst));
  if (!src) throw new ToolError('this host has no way to that address; give from', USAGE_EXIT);
  return src;
}

const CONVERSATIONS = new Map<number, Conversation['proto']>([
  [PROTO.tcp, 'tcp'],
  [PROTO.udp, 'udp'],
  [PROTO.icmp, 'icmp'],
  [PROTO.icmpv6, 'icmp'],
]);

function conversationOf(
  { proto, dst, sport, dport, id, dev }: PacketWords,
  src: Uint8Array,
): Conversation {
  const name = CONVERSATIONS.get(proto);
  if (!name) throw new ToolError('a flow is tcp, udp or icmp', USAGE_EXIT);
  return { proto: name, src, dst, sport: name === 'icmp' ? id : sport, dport, dev };
}
