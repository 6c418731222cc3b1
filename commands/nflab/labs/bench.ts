/** A lab in memory at hand: commands and packets in, what they said and did out. */
import { buildHost, type HostSpec } from '../../../src/kernel/host/build.ts';
import type { Store } from '../../../src/kernel/model.ts';
import { resetLab } from '../../../src/lab/reset.ts';
import { dispatch } from '../../dispatch.ts';
import { Gathered, textInput } from '../../shell.ts';
import { type Passage, readPacket, sendWords } from '../packet.ts';
import type { NflabPorts } from '../ports.ts';
import type { LabCommand } from './kube-proxy.ts';

const SEED = 1;

/** What a command printed. */
export interface Said {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

export class Bench {
  /** Ports of the tools on this lab. */
  readonly ports: NflabPorts;
  readonly store: Store;

  constructor(ports: NflabPorts, host: HostSpec) {
    this.store = ports.labs.memory(SEED);
    this.ports = { ...ports, store: this.store };
    this.store.transact((lab) => {
      resetLab(lab, SEED, buildHost(host));
      lab.clock.set({ mode: 'frozen', nanos: ports.wall.now() });
    });
  }

  run({ argv: [tool, ...argv], stdin = '' }: LabCommand): Said {
    const stdout = new Gathered();
    const stderr = new Gathered();
    const ports = { ...this.ports, stdin: textInput(stdin), stdout, stderr };
    const status = dispatch(ports.tools, tool, argv, ports);
    return { out: stdout.text(), err: stderr.text(), status };
  }

  /** Sends a packet in words, or the conversation it begins. */
  send(words: string, options: { readonly flow: boolean } = { flow: false }): readonly Passage[] {
    return sendWords(this.ports, readPacket(words.split(' ')), options);
  }
}
