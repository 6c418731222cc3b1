/** The script a check tests: in this process when it is plain commands, else in the user's shell on a lab on disk. */
import { FileError } from '../../../src/base/ports.ts';
import { type CommandList, NeedsShell, parseCommandList } from '../../../src/base/shell.ts';
import { decodeUtf8 } from '../../../src/base/utf8.ts';
import type { Store } from '../../../src/kernel/model.ts';
import { commandName, Gathered, runCommands, textInput } from '../../shell.ts';
import type { NflabPorts } from '../ports.ts';
import { describeFailure, quoteWord, runScript } from '../script.ts';
import type { Finding } from './run.ts';
import type { Script } from './spec.ts';

/** A lab for the check, and how its script is run on it. */
export interface ScriptLab {
  readonly store: Store;
  runScript(): readonly Finding[];
  remove(): void;
}

const SEED = 1;

export function openScriptLab(
  script: Script | undefined,
  file: string,
  ports: NflabPorts,
  { unconfined }: { readonly unconfined: boolean },
): ScriptLab {
  const plain = (runScript: (store: Store) => readonly Finding[]): ScriptLab => {
    const store = ports.labs.memory(SEED);
    return { store, runScript: () => runScript(store), remove: () => undefined };
  };
  if (!script) return plain(() => []);
  const path = besideFile(script.path, file);
  const commands = plainCommands(path, ports);
  if (commands) return plain((store) => runPlain(commands, script, { ...ports, store }));
  return onDisk(path, script, ports, { unconfined });
}

/** A path as seen from the check file's directory. */
function besideFile(path: string, file: string): string {
  const directory = /^(.*[\\/])[^\\/]*$/.exec(file)?.[1] ?? '';
  return /^([\\/]|[A-Za-z]:)/.test(path) ? path : `${directory}${path}`;
}

/** Undefined when the script needs a shell. */
function plainCommands(path: string, { files, tools }: NflabPorts): CommandList | undefined {
  try {
    const list = parseCommandList(decodeUtf8(files.read(path)));
    const known = list.pipelines.every(
      ({ after, commands }) =>
        after === ';' && commands.every((command) => tools.has(commandName(command))),
    );
    return known && !list.patterns ? list : undefined;
  } catch (error) {
    // A file that is not there is what the shell complains about.
    if (error instanceof NeedsShell || error instanceof FileError) return undefined;
    throw error;
  }
}

function runPlain(
  list: CommandList,
  { path, line }: Script,
  ports: NflabPorts,
): readonly Finding[] {
  const found: Finding[] = [];
  for (const pipeline of list.pipelines) {
    const stderr = new Gathered();
    const outside = { ...ports, stdin: textInput(''), stdout: new Gathered(), stderr };
    const status = runCommands({ ...list, pipelines: [pipeline] }, ports.tools, outside);
    const command = (pipeline.commands[0]?.words ?? []).map(quoteWord).join(' ');
    if (status !== 0)
      found.push({
        line,
        name: path,
        problems: [`${command}: exit status ${status}: ${stderr.text().trim().split('\n')[0]}`],
      });
  }
  return found;
}

function onDisk(
  path: string,
  { line }: Script,
  ports: NflabPorts,
  { unconfined }: { readonly unconfined: boolean },
): ScriptLab {
  const lab = ports.labs.passing();
  return {
    store: lab.store,
    remove: () => lab.remove(),
    runScript() {
      const { status, failures } = runScript(ports, path, [], lab, { unconfined });
      const problems = failures.map((each) =>
        each.line === undefined
          ? describeFailure(each)
          : `line ${each.line}: ${describeFailure(each)}`,
      );
      if (status !== 0 && problems.length === 0) problems.push(`exit status ${status}`);
      return problems.length === 0 ? [] : [{ line, name: path, problems }];
    },
  };
}
