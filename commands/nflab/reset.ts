/** `nflab reset`: a lab made new. */
import { type Command, Option } from 'commander';
import { buildHost, ROUTER } from '../../src/kernel/host/build.ts';
import { resetLab } from '../../src/lab/reset.ts';
import { type Context, usage } from './context.ts';

interface ResetOptions {
  readonly host: 'bare' | 'router';
  readonly seed: string;
  readonly putAside?: boolean;
}

const SEED_MAX = 0xffff_ffff;

export function addReset(program: Command, { ports }: Context): void {
  program
    .command('reset')
    .description('empty the lab: no rules, no connections, only the loopback interface')
    .addOption(
      new Option(
        '--host <host>',
        'router: WAN eth0 203.0.113.2/24, LAN eth1 10.0.0.1/24, DMZ eth2 192.168.50.1/24, forwarding on',
      )
        .choices(['bare', 'router'])
        .default('bare'),
    )
    .option('--seed <number>', "what the lab's chance follows from", '1')
    .option('--put-aside', 'keep the old lab under another name; also when its files are damaged')
    .action(({ host, seed, putAside = false }: ResetOptions) => {
      if (!/^\d{1,10}$/.test(seed) || Number(seed) > SEED_MAX) throw usage(`not a seed: ${seed}`);
      const aside = putAside ? ports.labs.putAside() : undefined;
      if (aside !== undefined) ports.stdout.write(`kept as ${aside}\n`);
      ports.store.transact((lab) =>
        resetLab(lab, Number(seed), host === 'router' ? buildHost(ROUTER) : undefined),
      );
    });
}
