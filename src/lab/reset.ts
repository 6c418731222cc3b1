/** Making a lab new again. */
import { freshLab } from '../kernel/host/initial.ts';
import type { HostRecord } from '../kernel/host/model.ts';
import type { Draft, Ruleset } from '../kernel/model.ts';

/** Empties the lab: no rules, sets, connections or services; its clock runs with the machine's. The host is `host`, or only loopback. */
export function resetLab(lab: Draft, seed: number, host?: HostRecord): void {
  const fresh = freshLab(seed);
  clearRuleset(lab.nft);
  clearRuleset(lab.legacy);
  lab.nft.globals.set({ ...fresh.nftGlobals });
  lab.legacy.globals.set({ ...fresh.legacyGlobals });
  lab.host.set(host ?? fresh.host);
  lab.clock.set({ ...fresh.clock });
  lab.rng.set({ ...fresh.rng });
  lab.conntrack.clear();
  lab.expectations.clear();
  lab.conntrackGlobals.set({ ...fresh.conntrackGlobals });
  for (const [key] of [...lab.ipvs.services.entries()]) lab.ipvs.dropDestinations(key);
  lab.ipvs.services.clear();
  lab.ipvs.connections.clear();
  lab.ipvs.globals.set({ ...fresh.ipvsGlobals });
  for (const [name] of [...lab.ipsets.entries()]) lab.dropIpsetMembers(name);
  lab.ipsets.clear();
  lab.xtState.clear();
}

function clearRuleset(rules: Ruleset): void {
  for (const [chain] of [...rules.chains.entries()]) rules.dropRules(chain);
  for (const [set] of [...rules.sets.entries()]) rules.dropElements(set);
  rules.objects.clear();
  rules.flowtables.clear();
  rules.sets.clear();
  rules.chains.clear();
  rules.tables.clear();
}
