/** The `nflab` command with the real machine around it. */
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { nflab } from '../commands/nflab/program.ts';
import { openNflabPorts } from './nflab-ports.ts';
import { runGuarded } from './run-tool.ts';

/** Put in by the build. */
declare const NFLAB_VERSION: string;

const [, path = '.', ...argv] = process.argv;
process.exitCode = runGuarded((terminal) =>
  nflab(argv, openNflabPorts(terminal, NFLAB_VERSION, dirname(realpathSync(path)))),
);
