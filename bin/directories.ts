/** Directories of this machine that programs are put into. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Directories, EntryKind } from '../commands/nflab/ports.ts';
import { FileError } from '../src/base/ports.ts';
import { onFile } from './machine.ts';

/** A file that is not finished yet has this behind its name; what an interrupted process left of one is replaced. */
const UNFINISHED = '.nflab-new';

export const realDirectories: Directories = {
  resolve: (directory) =>
    onFile(directory, () => {
      if (!statSync(directory).isDirectory()) throw new FileError('ENOTDIR', directory);
      return realpathSync(directory);
    }),
  kind: (path) => onFile(path, () => entryKind(path)),
  read: (path) => onFile(path, () => readFileSync(path, 'utf8')),
  digest: (text) => createHash('sha256').update(text).digest('hex'),
  put(path, text, { executable }) {
    const unfinished = `${path}${UNFINISHED}`;
    onFile(path, () => {
      rmSync(unfinished, { force: true });
      writeFileSync(unfinished, text, { flag: 'wx' });
      // Whatever the umask: others are to run it too.
      chmodSync(unfinished, executable ? 0o755 : 0o644);
      renameSync(unfinished, path);
    });
  },
  clear: (path) => onFile(path, () => rmSync(`${path}${UNFINISHED}`, { force: true })),
  rename: (from, to) => onFile(to, () => renameSync(from, to)),
  remove: (path) => onFile(path, () => unlinkSync(path)),
  make: (directory) => onFile(directory, () => mkdirSync(directory)),
  removeDirectory: (directory) => onFile(directory, () => rmdirSync(directory)),
  list: (directory) => onFile(directory, () => readdirSync(directory).sort()),
};

function entryKind(path: string): EntryKind | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'directory' : 'other';
}
