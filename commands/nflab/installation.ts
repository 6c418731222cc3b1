/**
 * The emulated tools in a directory of programs, such as an image's /usr/sbin, and what was there before.
 *
 * A manifest in the directory tells which files are nflab's. It is written before they are, and each file comes and goes
 * by one rename, so that an installation can be finished, or taken back, wherever it was interrupted: a file whose
 * content the manifest has is nflab's; what was kept aside and is not back yet is in the directory for that.
 */
import { FileError } from '../../src/base/ports.ts';
import { usage } from './context.ts';
import type { Directories } from './ports.ts';

const MANIFEST = '.nflab-install.json';
const KEPT = '.nflab-kept';
const FORMAT = 1;

/** Names of programs, and their contents. */
export type Programs = ReadonlyMap<string, string>;

/** What an operation did; names sorted. */
export interface Changes {
  readonly directory: string;
  /** Put there, or replaced by a newer one. */
  readonly installed: readonly string[];
  /** There before, as they should be. */
  readonly unchanged: readonly string[];
  /** Others' files that were put aside. */
  readonly kept: readonly string[];
  /** Taken away. */
  readonly removed: readonly string[];
  /** Others' files that are back. */
  readonly restored: readonly string[];
  /** Not nflab's any more, though something of that name is kept aside: left alone. */
  readonly foreign: readonly string[];
}

type MutableChanges = { [K in keyof Changes]: K extends 'directory' ? string : string[] };

/** Digests of what nflab put there, by name; several while one replaces another. */
type Manifest = Map<string, readonly string[]>;

const none = (directory: string): MutableChanges => ({
  directory,
  installed: [],
  unchanged: [],
  kept: [],
  removed: [],
  restored: [],
  foreign: [],
});

export class Installation {
  readonly #directories: Directories;
  readonly #directory: string;

  /** In that directory, as Directories.resolve() gives it. */
  constructor(directories: Directories, directory: string) {
    this.#directories = directories;
    this.#directory = directory;
  }

  /** Puts the programs there. Others' files are put aside with `force`, else they are a wrong use, and nothing changes. */
  install(programs: Programs, { force }: { readonly force: boolean }): Changes {
    const changes = none(this.#directory);
    const manifest = this.#readManifest();
    const wanted = new Map([...programs].map(([name, text]) => [name, this.#digest(text)]));
    const foreign = [...wanted]
      .filter(([name, digest]) => this.#isForeign(name, [...(manifest.get(name) ?? []), digest]))
      .map(([name]) => name);
    if (!force) this.#refuse(foreign);
    this.#checkKept(foreign, manifest);
    const stale = [...manifest.keys()].filter((name) => !programs.has(name));
    const missing = [...wanted].filter(([name, digest]) => this.#currentDigest(name) !== digest);
    changes.unchanged.push(...[...wanted.keys()].filter((n) => !missing.some(([m]) => m === n)));
    const settled = [...wanted].every(([name, digest]) => manifest.get(name)?.join() === digest);
    if (missing.length + stale.length === 0 && settled) return changes;
    for (const [name, digest] of wanted)
      manifest.set(name, [...new Set([...(manifest.get(name) ?? []), digest])]);
    this.#writeManifest(manifest);
    for (const name of foreign) this.#putAside(name, changes);
    for (const [name] of missing) {
      this.#directories.put(this.#path(name), programs.get(name) ?? '', { executable: true });
      changes.installed.push(name);
    }
    for (const name of stale) this.#takeBack(name, manifest, changes);
    for (const [name, digest] of wanted) manifest.set(name, [digest]);
    this.#writeManifest(manifest);
    return changes;
  }

  /** Takes nflab's files away and puts back what was there. What others put there since is left alone. */
  uninstall(): Changes {
    const changes = none(this.#directory);
    if (this.#directories.kind(this.#path(MANIFEST)) === undefined)
      throw usage(`nflab is not installed in ${this.#directory}`);
    const manifest = this.#readManifest();
    for (const name of [...manifest.keys()]) this.#takeBack(name, manifest, changes);
    if (manifest.size > 0) {
      this.#writeManifest(manifest);
      return changes;
    }
    const kept = this.#keptDirectory;
    if (this.#directories.kind(kept) === 'directory' && this.#directories.list(kept).length === 0)
      this.#directories.removeDirectory(kept);
    this.#directories.clear(this.#path(MANIFEST));
    this.#directories.remove(this.#path(MANIFEST));
    return changes;
  }

  #takeBack(name: string, manifest: Manifest, changes: MutableChanges): void {
    const directories = this.#directories;
    const path = this.#path(name);
    directories.clear(path);
    const isKept = directories.kind(this.#kept(name)) !== undefined;
    if (this.#isForeign(name, manifest.get(name) ?? [])) {
      if (isKept) {
        changes.foreign.push(name);
        return;
      }
    } else if (isKept) {
      directories.rename(this.#kept(name), path);
      changes.restored.push(name);
    } else if (directories.kind(path) !== undefined) {
      directories.remove(path);
      changes.removed.push(name);
    }
    manifest.delete(name);
  }

  #putAside(name: string, changes: MutableChanges): void {
    if (this.#directories.kind(this.#keptDirectory) === undefined)
      this.#directories.make(this.#keptDirectory);
    this.#directories.rename(this.#path(name), this.#kept(name));
    changes.kept.push(name);
  }

  #refuse(foreign: readonly string[]): void {
    if (foreign.length === 0) return;
    throw usage(
      `${this.#directory} has other programs of these names: ${foreign.join(' ')}; --force puts them aside until \`nflab uninstall\``,
    );
  }

  /** A directory cannot be replaced by a file, nor may what is kept be lost. */
  #checkKept(foreign: readonly string[], manifest: Manifest): void {
    for (const name of foreign) {
      if (this.#directories.kind(this.#path(name)) === 'directory')
        throw usage(`${this.#path(name)} is a directory`);
      // After an installation of ours the newer one counts: a package was upgraded.
      if (!manifest.has(name) && this.#directories.kind(this.#kept(name)) !== undefined)
        throw usage(`${this.#kept(name)} is in the way`);
    }
  }

  #isForeign(name: string, digests: readonly string[]): boolean {
    if (this.#directories.kind(this.#path(name)) === undefined) return false;
    const digest = this.#currentDigest(name);
    return digest === undefined || !digests.includes(digest);
  }

  /** Undefined when it is not a plain file. */
  #currentDigest(name: string): string | undefined {
    const path = this.#path(name);
    return this.#directories.kind(path) === 'file'
      ? this.#digest(this.#directories.read(path))
      : undefined;
  }

  #digest(text: string): string {
    return this.#directories.digest(text);
  }

  #readManifest(): Manifest {
    const path = this.#path(MANIFEST);
    for (const own of [path, this.#keptDirectory])
      if (this.#directories.kind(own) === 'link') throw usage(`${own} is a symbolic link`);
    if (this.#directories.kind(path) === undefined) return new Map();
    return parseManifest(this.#directories.read(path), path);
  }

  #writeManifest(manifest: Manifest): void {
    const files = [...manifest].map(([name, digests]) => ({ name, sha256: digests }));
    const text = `${JSON.stringify({ format: FORMAT, files }, undefined, 2)}\n`;
    this.#directories.put(this.#path(MANIFEST), text, { executable: false });
  }

  #path(name: string): string {
    return `${this.#directory === '/' ? '' : this.#directory}/${name}`;
  }

  get #keptDirectory(): string {
    return this.#path(KEPT);
  }

  #kept(name: string): string {
    return `${this.#keptDirectory}/${name}`;
  }
}

/** Throws a ToolError for one that nflab did not write, or a newer nflab did. */
function parseManifest(text: string, path: string): Manifest {
  const manifest: Manifest = new Map();
  try {
    const { format, files } = JSON.parse(text) as { format?: unknown; files?: unknown };
    if (format !== FORMAT || !Array.isArray(files)) throw new SyntaxError('another format');
    for (const { name, sha256 } of files as readonly { name: unknown; sha256: unknown }[]) {
      if (typeof name !== 'string' || !/^[a-z0-9-]+$/.test(name) || !Array.isArray(sha256))
        throw new SyntaxError('another format');
      manifest.set(name, sha256.map(String));
    }
    return manifest;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw usage(`${path} is not a list this nflab wrote`);
  }
}

/** Runs an operation on a directory; a failed file operation is worded. */
export function wordFileErrors<T>(operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    if (error instanceof FileError)
      throw usage(`${error.path}: ${REASONS.get(error.errno) ?? error.errno}`);
    throw error;
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such directory'],
  ['ENOTDIR', 'not a directory'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space left'],
]);
