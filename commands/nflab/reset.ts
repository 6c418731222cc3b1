/** `nflab reset`: a lab made new. */
import { type Command, Option } from 'commander';
import { buildHost, ROUTER } from '../../src/kernel/host/build.ts';
import { resetLab } from '../../src/lab/reset.ts';
import { type Context, usage } from './context.ts';

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
    .action(({ host, seed }: { host: 'bare' | 'router'; seed: string }) => {
      if (!/^\d{1,10}$/.test(seed) || Number(seed) > SEED_MAX) throw usage(`not a seed: ${seed}`);
      const record = host === 'router' ? buildHost(ROUTER) : undefined;
      const reset = (): void => ports.store.transact((lab) => resetLab(lab, Number(seed), record));
      try {
        reset();
      } catch (error) {
        // A lab that cannot be read is kept under another name.
        const aside = ports.labs.isUnusable(error) ? ports.labs.putAside() : undefined;
        if (aside === undefined) throw error;
        ports.stderr.write(`nflab: the old lab is kept in ${aside}\n`);
        reset();
      }
    });
}
