import { expect, test } from 'vitest';
import { cacheDirectory, labDirectory, type Surroundings } from './place.ts';

const on = (platform: string, variables: Readonly<Record<string, string>> = {}): Surroundings => ({
  platform,
  home: platform === 'win32' ? 'C:\\Users\\me' : '/home/me',
  variable: (name) => new Map(Object.entries(variables)).get(name),
});

test.each([
  ['linux', {}, '/home/me/.local/state/nflab/default', '/home/me/.cache/nflab'],
  ['linux', { XDG_STATE_HOME: '/s', XDG_CACHE_HOME: '/c' }, '/s/nflab/default', '/c/nflab'],
  [
    'linux',
    { XDG_STATE_HOME: 'here' },
    '/home/me/.local/state/nflab/default',
    '/home/me/.cache/nflab',
  ],
  ['linux', { NFLAB_STATE_DIR: '/tmp/x', NFLAB_LAB: 'a.b' }, '/tmp/x/a.b', '/home/me/.cache/nflab'],
  [
    'darwin',
    {},
    '/home/me/Library/Application Support/nflab/default',
    '/home/me/Library/Caches/nflab',
  ],
  ['win32', { LOCALAPPDATA: 'D:\\l' }, 'D:\\l\\nflab\\default', 'D:\\l\\nflab\\cache'],
])('on %s with %j labs are in %s', (platform, variables, lab, cache) => {
  expect(labDirectory(on(platform, variables))).toBe(lab);
  expect(cacheDirectory(on(platform, variables))).toBe(cache);
});

test.each([
  '..',
  '.hidden',
  'a/b',
  'a\\b',
  '../x',
  '/etc',
  'a\0',
  'ü',
  ' ',
  'x'.repeat(101),
  'a\n',
])('%j is no lab name', (name) => {
  expect(() => labDirectory(on('linux', { NFLAB_LAB: name }))).toThrow('bad lab name');
});
