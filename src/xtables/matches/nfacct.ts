import { defineMatch } from '../define.ts';

interface NfacctInfo {
  readonly name: string;
}

const NAME_MAX = 31;

export const nfacct = defineMatch({
  name: 'nfacct',
  options: { 'nfacct-name': { type: 'string', required: true, min: 1, keep: NAME_MAX } },
  help: '--nfacct-name NAME  of the accounting object that counts the packet; nflab has no such objects',
  parse: (options): NfacctInfo => ({ name: options['nfacct-name'].value }),
  print: ({ name }) => `nfacct-name  ${name}`,
  save: ({ name }) => `--nfacct-name ${name}`,
  // nfacct_mt_checkentry: only the nfacct tool makes objects, and there is none.
  refuse: () => 'ENOENT',
});
