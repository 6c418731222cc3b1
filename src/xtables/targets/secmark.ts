import { defineTarget } from '../define.ts';

interface SecmarkInfo {
  /** SELinux context; what it means is the security module's. */
  readonly context: string;
}

export const secmark = defineTarget({
  name: 'SECMARK',
  revision: 1,
  options: { selctx: { type: 'string', required: true, keep: 255 } },
  help: '--selctx CONTEXT  SELinux security context the packet gets',
  parse: (options): SecmarkInfo => ({ context: options.selctx.value }),
  print: ({ context }) => `SECMARK selctx ${context}`,
  save: ({ context }) => `--selctx ${context}`,
  demands: { tables: ['mangle', 'security'] },
  // A kernel without SELinux does not know the context.
  refuse: () => 'ENOENT',
});
