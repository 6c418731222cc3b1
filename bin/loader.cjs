#!/usr/bin/env node
'use strict';
// Runs a bundle with the code V8 compiled in an earlier run. That is executable input: it is kept, and believed, only
// in a directory that belongs to this user and that no one else may enter.
const fs = require('node:fs');
const { Script } = require('node:vm');

/** No more files are made then: options may be anything. */
const MOST_FILES = 400;

const { env, platform, versions, arch } = process;
const path = `${__dirname}/../FAMILY.main`;
const cacheDirectory = findCacheDirectory();
const cache = `${cacheDirectory}/${usage()}-SCRIPT_ID-${versions.v8}-${arch}`;
const cachedData = readCache();
const source = readBytes(path).toString('latin1');
const script = new Script(source, { filename: path, cachedData });
script.runInThisContext()(require, path);
if (!cachedData || script.cachedDataRejected) writeCache();
// Ends without taking the heap apart.
process.exit();

/** Which code a command compiles depends most on the tool's name and its first option; of that, two characters. */
function usage() {
  const [, name, first = ''] = process.argv;
  const option = first.startsWith('-') ? (first.charCodeAt(1) << 8) | first.charCodeAt(2) : 0;
  return `${name.replace(/^.*[\\/]/, '')}-${option}`;
}

/** Undefined when the environment names none. */
function findCacheDirectory() {
  const { HOME: home, XDG_CACHE_HOME: own, LOCALAPPDATA: local } = env;
  if (platform === 'win32') return local && `${local}\\nflab-cache`;
  if (platform !== 'darwin' && own?.startsWith('/')) return `${own}/nflab`;
  return home?.startsWith('/')
    ? `${home}/${platform === 'darwin' ? 'Library/Caches' : '.cache'}/nflab`
    : undefined;
}

/** With calls that Node needs to load little for: readFileSync costs four times as much at the start of a process. */
function readBytes(file) {
  const fd = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(fd);
    const bytes = Buffer.allocUnsafeSlow(size);
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, size, 0));
  } finally {
    fs.closeSync(fd);
  }
}

function isPrivate() {
  if (!cacheDirectory) return false;
  const stats = fs.lstatSync(cacheDirectory, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return false;
  // Windows keeps what is under LOCALAPPDATA to its user by itself.
  return platform === 'win32' || (stats.uid === process.getuid() && (stats.mode & 0o077) === 0);
}

function readCache() {
  try {
    return isPrivate() ? readBytes(cache) : undefined;
  } catch {
    return undefined;
  }
}

function writeCache() {
  try {
    if (!cacheDirectory) return;
    fs.mkdirSync(cacheDirectory, { recursive: true, mode: 0o700 });
    if (!isPrivate() || fs.readdirSync(cacheDirectory).length > MOST_FILES) return;
    const fresh = `${cache}.${process.pid}`;
    fs.writeFileSync(fresh, script.createCachedData(), { mode: 0o600, flag: 'wx' });
    fs.renameSync(fresh, cache);
  } catch {
    // It is only a matter of speed.
  }
}
