/** ipvsadm, ipvsadm-save, ipvsadm-restore. */
import { ToolError } from '../../src/base/errors.ts';
import { parseHosts } from '../../src/base/hosts.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { flushServices } from '../../src/kernel/ipvs/control.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { labClock } from '../../src/lab/clock.ts';
import type { Tools } from '../dispatch.ts';
import type { Call, Tool } from '../tool.ts';
import { runCommand, type Session } from './command.ts';

/** Runs the rules of a text until one is wrong; a leading word `ipvsadm` is taken for the prompt it is. */
function restoreRules(text: string, session: Session): number {
  let status = 0;
  for (const line of text.split('\n')) {
    const words = line.split(/[ \t\r]+/).filter((word) => word !== '');
    while (words[0] === 'ipvsadm') words.shift();
    if (words.length > 0) status = runCommand(words, session);
  }
  return status;
}

/** Makes a session and ends it: what was done before an error stays done, as in the kernel. */
function inSession(call: Call, run: (session: Session) => number): number {
  const { store, hosts, stdin, stdout, stderr, wall } = call;
  return store.transact((lab: Draft) => {
    const session: Session = {
      lab,
      hosts: parseHosts(hosts),
      clock: labClock(lab, wall),
      print: (text) => stdout.write(text),
      complain: (text) => stderr.write(text),
      restore: (inner) => restoreRules(decodeUtf8(stdin.readAll()), inner),
    };
    try {
      return run(session);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      if (error.message !== '') stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
  });
}

const ipvsadm: Tool = (call) =>
  inSession(call, (session) => runCommand(call.argv.length > 0 ? call.argv : ['-L'], session));

const ipvsadmSave: Tool = (call) => {
  if (call.argv.some((word) => word.startsWith('-') && word !== '-n')) {
    call.stderr.write(`ipvsadm-save: Script to save the IPVS table to stdout.
   With the -n option, prints out the table in numeric format.
`);
    return 1;
  }
  const words = call.argv.includes('-n') ? ['-S', '-n'] : ['-S'];
  return inSession(call, (session) => runCommand(words, session));
};

/** Empties the table first; lines that begin with # are comments. Options are not looked at. */
const ipvsadmRestore: Tool = (call) =>
  inSession(call, (session) => {
    const lines = decodeUtf8(call.stdin.readAll()).split('\n');
    flushServices(session.lab, session.clock.now());
    const text = lines.filter((line) => !line.startsWith('#')).join('\n');
    return restoreRules(text, { ...session, restore: undefined });
  });

export const tools: Tools = new Map([
  ['ipvsadm', ipvsadm],
  ['ipvsadm-save', ipvsadmSave],
  ['ipvsadm-restore', ipvsadmRestore],
]);
