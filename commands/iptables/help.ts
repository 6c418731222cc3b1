/** `-h`, in our own words. */
import { banner, type Program } from './program.ts';

const COMMANDS = `Commands (one of them):
  --append -A CHAIN               add a rule at the end
  --check -C CHAIN                tell by the exit code whether the rule is there
  --delete -D CHAIN [NUMBER]      delete the rule, or the one of that number
  --insert -I CHAIN [NUMBER]      add a rule at the front, or before that number
  --replace -R CHAIN NUMBER       put a rule in the place of another
  --list -L [CHAIN [NUMBER]]      show rules as a table
  --list-rules -S [CHAIN [NUMBER]]  show rules as commands
  --flush -F [CHAIN]              delete all rules
  --zero -Z [CHAIN [NUMBER]]      set counters to zero
  --new-chain -N CHAIN            make a chain
  --delete-chain -X [CHAIN]       delete a chain, or all that may go
  --rename-chain -E OLD NEW       rename a chain
  --policy -P CHAIN ACCEPT|DROP   what happens to packets no rule decides on
`;

const OPTIONS = `Options ("!" before an option inverts those marked with *):
  --ipv4 -4, --ipv6 -6            nothing, or an error for the other program
  --protocol -p PROTOCOL *        number or name
  --source -s ADDRESS[/MASK][,...] *
  --destination -d ADDRESS[/MASK][,...] *
  --in-interface -i NAME[+] *     "+" at the end: all names that begin so
  --out-interface -o NAME[+] *
  --fragments -f *                IPv4: second and later fragments
  --jump -j TARGET                what to do with the packet; --goto -g CHAIN: do not come back
  --match -m MATCH                use a match extension
  --set-counters -c PACKETS BYTES
  --table -t TABLE                filter (default), nat, mangle, raw or security
  --numeric -n, --verbose -v, --exact -x, --line-numbers   details of listings
  --wait -w [SECONDS], --modprobe=COMMAND   accepted, without effect
  --version -V, --help -h
`;

export function helpText(program: Program, _about: string | undefined): string {
  return `${banner(program)}, emulated by nflab\n\n${COMMANDS}\n${OPTIONS}`;
}
