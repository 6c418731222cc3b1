import { NotEmulated } from '../../../base/errors.ts';
import { PROTO } from '../../../packet/protocols.ts';
import { findListener } from '../../sockets.ts';
import { BREAK, CONTINUE } from '../context.ts';
import { loadBe, loadReg, storeU8, storeU32 } from '../registers.ts';
import { defineExpr } from './define.ts';

export const tproxy = defineExpr({
  op: 'tproxy',
  evaluate({ family, addr, port }, ctx) {
    const { packet, registers, lab } = ctx;
    if (packet.family === undefined || (family !== 'unspec' && family !== packet.family))
      return BREAK;
    const { proto } = packet.transport;
    if (proto !== PROTO.tcp && proto !== PROTO.udp) return BREAK;
    const listener = findListener(lab.host.get().listeners, packet, {
      ...(addr !== undefined && {
        address: loadReg(registers, addr, packet.family === 'ip' ? 4 : 16),
      }),
      ...(port !== undefined && { port: loadBe(registers, port, 2) }),
    });
    if (!listener?.transparent) return BREAK;
    packet.socket = { uid: listener.uid, transparent: true };
    return CONTINUE;
  },
  dump({ family, addr, port }) {
    const words = ['tproxy'];
    if (family !== 'unspec') words.push(family);
    if (addr !== undefined) words.push(`addr reg ${addr}`);
    if (port !== undefined) words.push(`port reg ${port}`);
    return words.join(' ');
  },
});

export const socket = defineExpr({
  op: 'socket',
  evaluate({ key, dreg }, { packet, registers, lab }) {
    const listener = findListener(lab.host.get().listeners, packet);
    if (!packet.socket && !listener) return BREAK;
    switch (key) {
      case 'transparent':
        storeU8(registers, dreg, (packet.socket?.transparent ?? listener?.transparent) ? 1 : 0);
        return CONTINUE;
      case 'mark':
        storeU32(registers, dreg, packet.socket?.mark ?? 0);
        return CONTINUE;
      case 'wildcard':
        storeU8(registers, dreg, listener && listener.address === undefined ? 1 : 0);
        return CONTINUE;
      case 'cgroupv2':
        throw new NotEmulated('socket cgroupv2');
    }
  },
  dump: ({ key, dreg }) => `socket load ${key} => reg ${dreg}`,
});

export const osf = defineExpr({
  op: 'osf',
  evaluate() {
    throw new NotEmulated('osf');
  },
  dump: ({ dreg }) => `osf dreg ${dreg}`,
});
