import { defineMatch } from '../define.ts';
import { parameterProblem } from '../errors.ts';

interface ClusterInfo {
  readonly total: number;
  /** Bit per node. */
  readonly nodes: number;
  readonly invert: boolean;
  readonly seed: number;
}

const hex8 = (n: number): string => `0x${(n >>> 0).toString(16).padStart(8, '0')}`;

/** The first node, as the tool counts from the mask, and all of them. */
const nodeList = (nodes: number): number[] =>
  Array.from({ length: 32 }, (_, i) => i).filter((i) => (nodes >>> i) & 1);

export const cluster = defineMatch({
  name: 'cluster',
  options: {
    'cluster-total-nodes': { type: 'u32', min: 1, max: 32, required: true },
    'cluster-local-node': {
      type: 'u32',
      min: 1,
      max: 32,
      invertible: true,
      excludes: ['cluster-local-nodemask'],
    },
    'cluster-local-nodemask': {
      type: 'u32',
      min: 1,
      max: 32,
      invertible: true,
      excludes: ['cluster-local-node'],
    },
    'cluster-hash-seed': { type: 'u32', required: true },
  },
  help: `--cluster-total-nodes NUMBER        of the cluster, up to 32
[!] --cluster-local-node NUMBER     this node's number
[!] --cluster-local-nodemask MASK   this node's numbers, a bit each
--cluster-hash-seed NUMBER          begins the hash of the source address`,
  check(given) {
    if (!given.has('cluster-local-node') && !given.has('cluster-local-nodemask'))
      parameterProblem(
        "cluster match: `--cluster-local-node' or`--cluster-local-nodemask' is missing",
      );
  },
  parse(options): ClusterInfo {
    const total = options['cluster-total-nodes'].value;
    const node = options['cluster-local-node'];
    const mask = options['cluster-local-nodemask'];
    if (node && node.value > total)
      parameterProblem("cluster match: `--cluster-local-node' must be <= `--cluster-total-nodes'");
    if (mask && total < 32 && mask.value >= 2 ** total)
      parameterProblem(
        "cluster match: `--cluster-local-nodemask' too big for `--cluster-total-nodes'",
      );
    return {
      total,
      nodes: node ? (1 << (node.value - 1)) >>> 0 : (mask?.value ?? 0),
      invert: (node ?? mask)?.invert ?? false,
      seed: options['cluster-hash-seed'].value,
    };
  },
  print: ({ total, nodes, invert, seed }) =>
    `cluster ${invert ? '!' : ''}node_mask=${hex8(nodes)} total_nodes=${total} hash_seed=${hex8(seed)}`,
  save: ({ total, nodes, invert, seed }) =>
    `${invert ? '! ' : ''}--cluster-local-nodemask ${hex8(nodes)} --cluster-total-nodes ${total} --cluster-hash-seed ${hex8(seed)}`,
  translate({ total, nodes, seed }) {
    const list = nodeList(nodes);
    const [first = 0] = list;
    const which = list.length > 1 ? `{ ${list.join(', ')} }` : `eq ${first + 1}`;
    return `jhash ct original saddr mod ${total} seed ${hex8(seed)} ${which} meta pkttype set host`;
  },
  conntrack: true,
});
