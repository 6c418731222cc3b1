/** `ipvsadm -h` in our own words, and `-v`. */
export const VERSION = 'ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n';

export const USAGE = `${VERSION}Usage, a command first, then its options:
  ipvsadm -A|-E -t|-u|--sctp-service ADDRESS:PORT | -f MARK [-6]
          [-s SCHEDULER] [-b FLAG,...] [-p [SECONDS]] [-M NETMASK] [--pe ENGINE] [-o]
  ipvsadm -D SERVICE
  ipvsadm -C                              remove all services
  ipvsadm -R < RULES                      read rules; ipvsadm -S [-n] writes them
  ipvsadm -a|-e SERVICE -r SERVER[:PORT] [-g|-m|-i [TUNNEL]] [-w WEIGHT] [-x UPPER] [-y LOWER]
  ipvsadm -d SERVICE -r SERVER[:PORT]
  ipvsadm -L [SERVICE] [-n] [--stats|--rate] [--exact] [--thresholds] [--persistent-conn] [--tun-info] [--nosort]
  ipvsadm -L -c [-n] [--persistent-conn]  connections
  ipvsadm -L --timeout | --daemon
  ipvsadm -Z [SERVICE]                    counters back to zero
  ipvsadm --set TCP TCPFIN UDP            timeouts in seconds; 0 keeps one
  ipvsadm --start-daemon master|backup [--mcast-interface DEV] [--syncid ID] [--sync-maxlen N]
          [--mcast-group ADDRESS] [--mcast-port PORT] [--mcast-ttl N]
  ipvsadm --stop-daemon master|backup
SERVICE: -t, -u, --sctp-service ADDRESS:PORT or -f MARK [-6]; IPv6 addresses with a port in brackets.
SCHEDULER: rr wrr lc wlc (the default) lblc lblcr dh sh sed nq fo ovf mh twos
TUNNEL: --tun-type ipip|gue|gre [--tun-port PORT] [--tun-nocsum|--tun-csum|--tun-remcsum]
`;
