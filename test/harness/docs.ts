/**
 * Documents whose examples are run. In a ```console block each `$ ` line is a command and what follows is what it says;
 * a fence with a file name, such as ```yaml web.check.yaml, is a file the commands find. The blocks of a document share
 * one lab and one directory.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { realDirectories } from '../../bin/directories.ts';
import type { Tools } from '../../commands/dispatch.ts';
import { nflab } from '../../commands/nflab/program.ts';
import { tools } from '../../commands/tools.ts';
import { openDesk } from './nflab.ts';
import { Sandbox } from './sandbox.ts';

/** A document as it should read, given what its commands say now. */
export async function rerun(text: string): Promise<string> {
  const place = { directory: '.' };
  const sandbox = await Sandbox.open(withNflab(place));
  place.directory = sandbox.directory;
  try {
    const parts = text.split(/^(```.*\n[\s\S]*?^```$)/m);
    const out: string[] = [];
    for (const part of parts) out.push(await rerunBlock(part, sandbox));
    return out.join('');
  } finally {
    sandbox.close();
  }
}

/** Relative directories are those of the place. */
function withNflab(place: { readonly directory: string }): Tools {
  const directories = {
    ...realDirectories,
    resolve: (path: string) => realDirectories.resolve(resolve(place.directory, path)),
  };
  return new Map([
    ...tools,
    ['nflab', (call) => nflab(call.argv, { ...openDesk('.', { directories }).ports, ...call })],
  ]);
}

async function rerunBlock(part: string, sandbox: Sandbox): Promise<string> {
  const match = /^```(\w*) ?(.*)\n([\s\S]*)^```$/m.exec(part);
  const [, language, file = '', body = ''] = match ?? [];
  if (language === 'console') return `\`\`\`console\n${await session(body, sandbox)}\`\`\``;
  if (file !== '') writeFileSync(join(sandbox.directory, file), body, { mode: 0o755 });
  return part;
}

async function session(body: string, sandbox: Sandbox): Promise<string> {
  const lines = body.split('\n').filter((line) => line.startsWith('$ ') || line.startsWith('> '));
  const commands: string[] = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) commands.push(line.slice(2));
    else commands.push(`${commands.pop() ?? ''}\n${line.slice(2)}`);
  }
  let out = '';
  for (const command of commands) {
    const said = await sandbox.run(command);
    out += `$ ${command.replaceAll('\n', '\n> ')}\n${said.out}${said.err}`;
    if (said.status !== 0 && said.out + said.err === '') out += `(exit status ${said.status})\n`;
  }
  return out;
}
