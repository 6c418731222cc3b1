import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDesk } from './harness/nflab.ts';

const place = mkdtempSync(join(tmpdir(), 'nflab-check-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const check = (text: string, ...options: readonly string[]) => {
  writeFileSync(join(place, 'a.yaml'), text);
  return openDesk(place).run(['check', ...options, 'a.yaml']);
};

const HEAD = 'host: router\ncases:\n';
const LAN = 'tcp from 10.0.0.10 to 198.51.100.7:443 in eth1';

describe('a check file that is wrong', () => {
  it.each([
    ['host: router\n', '1:1: no cases'],
    [`${HEAD}  - expect: dropped\n`, '3:5: a case needs packet, flow, run or advance'],
    [`${HEAD}  - packet: ${LAN}\n`, '3:5: what is expected? give expect'],
    [
      `${HEAD}  - packet: ${LAN}\n    expect: gone\n`,
      '4:13: expected delivered, forwarded, sent, dropped, rejected, queued, stolen',
    ],
    [`${HEAD}  - packet: tcp to\n    expect: sent\n`, '3:13: to needs a value'],
    [`${HEAD}  - advance: soon\n`, '3:14: expected a duration, such as 10s'],
    [`${HEAD}  - run: a $x\n`, '3:10: only plain commands can be given here, not $'],
    ['host: {interfaces: [{name: a, addresses: [x]}]}\ncases: []\n', '1:7: not an address: x'],
    ['cases: 5\n', '1:8: expected a list'],
    ['cases: []\nmore: 1\n', '2:1: no such key: more (host, script, setup, cases)'],
    [
      `${HEAD}  - packet: tcp from 10.0.0.1 to 10.0.0.2 in eth7\n    expect: sent\n`,
      '3:13: the lab has no interface eth7; `nflab host` lists them',
    ],
  ])('%j: %s', (text, message) => {
    expect(check(text)).toMatchObject({ err: `nflab: a.yaml:${message}\n`, status: 2 });
  });

  it('may not be there', () => {
    expect(openDesk(place).run(['check', 'b.yaml'])).toEqual({
      out: '',
      err: 'nflab: cannot read b.yaml: ENOENT\n',
      status: 2,
    });
  });
});

describe('a check', () => {
  it('passes when all is as it should be', () => {
    const text = `${HEAD}  - name: out\n    packet: ${LAN}\n    expect: forwarded\n    out: eth0\n    dst: 198.51.100.7:443\n`;
    expect(check(text)).toEqual({ out: 'ok   out\n1 passed, 0 failed\n', err: '', status: 0 });
  });

  it('says in a line why a case fails', () => {
    const text = `${HEAD}  - name: out\n    packet: ${LAN}\n    expect: forwarded\n    out: eth2\n    src: 1.2.3.4\n`;
    expect(check(text)).toMatchObject({
      out: 'FAIL out: expected to leave by eth2, but forwarded out of eth0; expected from 1.2.3.4, but tcp 10.0.0.10:40000 > 198.51.100.7:443 SYN (a.yaml:3)\n0 passed, 1 failed\n',
      status: 1,
    });
  });

  it('names the rule that was in the way', () => {
    const setup = 'host: router\nsetup:\n  - iptables -A FORWARD -p tcp -j REJECT\ncases:\n';
    const text = `${setup}  - packet: ${LAN}\n    expect: forwarded\n  - packet: ${LAN}\n    expect: rejected\n    rule: -A FORWARD -p tcp -j REJECT --reject-with icmp-port-unreachable\n`;
    expect(check(text)).toMatchObject({
      out: `FAIL ${LAN}: expected forwarded, but dropped by rule 1 of ip filter FORWARD: -A FORWARD -p tcp -j REJECT --reject-with icmp-port-unreachable (a.yaml:5)\nok   ${LAN}\n1 passed, 1 failed\n`,
      status: 1,
    });
  });

  it('moves the clock and runs commands between packets', () => {
    const text = `${HEAD}  - run: ipset create s hash:ip timeout 5\n  - run: ipset add s 10.0.0.10\n  - run: ipset test s 10.0.0.10\n  - advance: 10s\n  - run: ipset test s 10.0.0.10\n`;
    expect(check(text)).toMatchObject({
      out: expect.stringContaining('3 passed, 1 failed'),
      status: 1,
    });
  });

  it('reads several files and standard input, and reports to CI', () => {
    const passes = `${HEAD}  - packet: ${LAN}\n    expect: forwarded\n`;
    writeFileSync(
      join(place, 'b.yaml'),
      `${HEAD}  - name: a "b" <c>\n    packet: ${LAN}\n    expect: dropped\n`,
    );
    writeFileSync(join(place, 'c.yaml'), 'cases: 5\n');
    const desk = openDesk(place);
    const said = desk.run(['check', '-', 'b.yaml', 'c.yaml', '--junit', 'out.xml'], passes);
    expect(said).toEqual({
      out: `ok   ${LAN}\nFAIL a "b" <c>: expected dropped, but forwarded out of eth0 (b.yaml:3)\n1 passed, 1 failed\n`,
      err: 'nflab: c.yaml:1:8: expected a list\n',
      status: 2,
    });
    expect(
      readFileSync(join(place, 'out.xml'), 'utf8'),
    ).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nflab check">
  <testsuite name="standard input" tests="1" failures="0" errors="0">
    <testcase name="${LAN}" classname="standard input" file="standard input" line="3"/>
  </testsuite>
  <testsuite name="b.yaml" tests="1" failures="1" errors="0">
    <testcase name="a &quot;b&quot; &lt;c&gt;" classname="b.yaml" file="b.yaml" line="3">
      <failure message="expected dropped, but forwarded out of eth0"/>
    </testcase>
  </testsuite>
  <testsuite name="c.yaml" tests="1" failures="0" errors="1">
    <testcase name="c.yaml" classname="c.yaml">
      <error message="c.yaml:1:8: expected a list"/>
    </testcase>
  </testsuite>
</testsuites>
`);
  });

  it('takes a firewall tool by its path for the emulated one', () => {
    writeFileSync(
      join(place, 'rules.sh'),
      '#!/bin/sh\n/sbin/iptables -P FORWARD DROP\n/usr/sbin/ebtables -L\n',
    );
    const text = `host: router\nscript: rules.sh\ncases:\n  - packet: ${LAN}\n    expect: dropped\n    rule: policy filter FORWARD\n`;
    expect(check(text).out).toBe(
      'FAIL rules.sh: /usr/sbin/ebtables -L: exit status 70: nflab: not emulated: ebtables (a.yaml:2)\n0 passed, 1 failed\n',
    );
    writeFileSync(join(place, 'rules.sh'), '/sbin/iptables -P FORWARD DROP\n');
    expect(check(text)).toMatchObject({ out: `ok   ${LAN}\n1 passed, 0 failed\n`, status: 0 });
  });

  it('compares the translated packet', () => {
    const text = `host: router\nsetup:\n  - iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to 10.0.0.10:8080\ncases:\n  - packet: tcp 198.51.100.7:40000 203.0.113.2:80 --in eth0 --syn\n    expect: forwarded\n    dst: 10.0.0.10:8080\n    rule: -A PREROUTING -i eth0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.10:8080\n`;
    expect(check(text)).toMatchObject({ out: expect.stringContaining('1 passed'), status: 0 });
  });

  it('speaks JSON', () => {
    const { out } = check(`${HEAD}  - packet: ${LAN}\n    expect: dropped\n`, '--json');
    expect(JSON.parse(out)).toEqual({
      file: 'a.yaml',
      line: 3,
      name: LAN,
      passed: false,
      problems: ['expected dropped, but forwarded out of eth0'],
    });
  });
});
