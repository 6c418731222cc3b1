import { NotEmulated } from '../../base/errors.ts';
import { defineMatch } from '../define.ts';
import { quoteSaved } from '../quote.ts';

interface CgroupInfo {
  readonly path: { readonly value: string; readonly invert: boolean } | undefined;
  readonly classid: { readonly value: number; readonly invert: boolean } | undefined;
}

const not = ({ invert }: { readonly invert: boolean }): string => (invert ? '! ' : '');
const PATH_MAX = 511;

export const cgroup = defineMatch({
  name: 'cgroup',
  revision: 2,
  options: {
    path: { type: 'string', invertible: true, keep: PATH_MAX },
    cgroup: { type: 'u32', invertible: true },
  },
  help: `[!] --path PATH       cgroup of the sending socket, by its path
[!] --cgroup CLASSID  its net_cls class`,
  parse: ({ path, cgroup: classid }): CgroupInfo => ({
    path: path && { value: path.value, invert: path.invert },
    classid: classid && { value: classid.value, invert: classid.invert },
  }),
  print: ({ path, classid }) =>
    [
      ...(path ? [`cgroup ${not(path)}${path.value}`] : []),
      ...(classid ? [`cgroup ${not(classid)}${classid.value}`] : []),
    ].join(' '),
  save: ({ path, classid }) =>
    [
      ...(path ? [`${not(path)}--path ${quoteSaved(path.value)}`] : []),
      ...(classid ? [`${not(classid)}--cgroup ${classid.value}`] : []),
    ].join(' '),
  translate: ({ path, classid }) =>
    path || !classid ? undefined : `meta cgroup ${classid.invert ? '!= ' : ''}${classid.value}`,
  demands: { hooks: ['output', 'postrouting', 'input'] },
  // cgroup_mt_check_v2: one of the two; the host has no cgroup but the root.
  refuse({ path, classid }) {
    if ((path === undefined) === (classid === undefined)) return 'EINVAL';
    return path && path.value !== '/' ? 'EINVAL' : undefined;
  },
  test({ path, classid }, { packet }) {
    if (!packet.socket) return false;
    if (path) throw new NotEmulated('-m cgroup --path for packets');
    return classid !== undefined && (classid.value === 0) !== classid.invert;
  },
});
