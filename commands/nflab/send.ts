/** `nflab send`: a packet through the lab, and the reason for its fate. */
import type { Command } from 'commander';
import { PACKET_WORDS } from '../../src/packet/words.ts';
import type { Context } from './context.ts';
import {
  describeOutcome,
  describePacket,
  formatTrace,
  type TraceView,
  viewTrace,
} from './explain.ts';
import { type Passage, readPacket, sendWords } from './packet.ts';
import { paintFor } from './report.ts';
import { RuleTexts } from './rule-text.ts';

export function addSend(program: Command, { ports }: Context): void {
  const { stdout, environment } = ports;
  program
    .command('send')
    .description('send a packet through the lab: its path, each rule that matched, its end')
    .argument('<words...>', 'the packet in words, in any order')
    .option('--flow', 'a whole conversation: handshake, data, answers to what arrived, close')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `\nPacket words:\n  ${PACKET_WORDS.replace('\n', '\n  ')}\nWithout \`in\` this host sends the packet.\n\n` +
        'Example: nflab send tcp from 10.0.0.10 to 198.51.100.7:443 in eth1',
    )
    .action(
      (
        words: readonly string[],
        { flow = false, json = false }: { flow?: boolean; json?: boolean },
      ) => {
        const passages = sendWords(ports, readPacket(words), { flow });
        const texts = new RuleTexts(ports);
        const views = passages.map((passage) => ({
          passage,
          view: viewTrace(passage.trace, texts),
        }));
        if (json) {
          const data = views.map(({ passage: { label, from }, view }) => ({
            label,
            from,
            ...view,
          }));
          stdout.write(`${JSON.stringify(flow ? data : data[0])}\n`);
          return;
        }
        const paint = paintFor(stdout, environment);
        const [first] = views;
        if (!flow) {
          if (first) stdout.write(formatTrace(first.view, paint));
          return;
        }
        for (const { passage, view } of views) stdout.write(`${flowLine(passage, view)}\n`);
        const last = views.at(-1);
        if (last && !last.passage.arrived) stdout.write(formatTrace(last.view, paint));
      },
    );
}

/** One packet of a conversation in a line: who, what, as what it arrived. */
function flowLine({ label, from }: Passage, { packets, outcome }: TraceView): string {
  const [first] = packets;
  const sent = first ? describePacket(first.packet) : '';
  const ended = first?.final ? describePacket(first.final) : sent;
  const end = `${describeOutcome(outcome)}${ended === sent ? '' : ` as ${ended}`}`;
  return `${from} ${label}: ${sent}; ${end}`;
}
