/** Grammar of statements; notation as in commands.ts. */
export const STATEMENT_GRAMMAR = `
stmt_list: stmt -> listOf 1 | stmt_list stmt -> append 1 2
stateful_stmt_list: stateful_stmt -> listOf 1 | stateful_stmt_list stateful_stmt -> append 1 2
objref_stmt_counter: COUNTER NAME stmt_expr ~counter -> objrefCounter 3
objref_stmt_limit: LIMIT NAME stmt_expr ~limit -> objrefLimit 3
objref_stmt_quota: QUOTA NAME stmt_expr ~quota -> objrefQuota 3
objref_stmt_synproxy: SYNPROXY NAME stmt_expr ~synproxy -> objrefSynproxy 3
objref_stmt_ct: CT TIMEOUT SET stmt_expr ~ct -> objrefCtTimeout 4
 | CT EXPECTATION SET stmt_expr ~ct -> objrefCtExpect 4
objref_stmt: objref_stmt_counter | objref_stmt_limit | objref_stmt_quota | objref_stmt_synproxy | objref_stmt_ct
stateful_stmt: counter_stmt ~counter | limit_stmt ~limit | quota_stmt ~quota | connlimit_stmt ~ct | last_stmt ~last
stmt: verdict_stmt | match_stmt | meter_stmt | payload_stmt | stateful_stmt | meta_stmt
 | log_stmt ~log | reject_stmt ~reject | nat_stmt ~nat | tproxy_stmt ~tproxy | queue_stmt | ct_stmt
 | masq_stmt ~nat | redir_stmt ~nat | dup_stmt ~dup | fwd_stmt ~fwd | set_stmt | map_stmt
 | synproxy_stmt ~synproxy | chain_stmt | optstrip_stmt | xt_stmt ~xt | objref_stmt
xt_stmt: XT STRING string -> xt
chain_stmt_type: JUMP | GOTO
chain_stmt: chain_stmt_type chain_block_alloc '{' subchain_block '}' -> chainStatement 1 4
verdict_stmt: verdict_expr -> verdictStatement 1 | verdict_map_stmt -> verdictStatement 1
verdict_map_stmt: concat_expr VMAP verdict_map_expr -> map 1 3
verdict_map_expr: '{' verdict_map_list_expr '}' -> relocate 2 | set_ref_expr
verdict_map_list_expr: verdict_map_list_member_expr -> setOf 1
 | verdict_map_list_expr COMMA verdict_map_list_member_expr -> setAdd 1 3
 | verdict_map_list_expr COMMA opt_newline
verdict_map_list_member_expr: opt_newline set_elem_expr COLON verdict_expr opt_newline -> mapping 2 4
ct_limit_stmt_alloc: CT COUNT -> openConnlimit
connlimit_stmt: ct_limit_stmt_alloc ct_limit_args
ct_limit_args: NUM -> connlimit 0 1 | OVER NUM -> connlimitOver 0 2
counter_stmt: counter_stmt_alloc | counter_stmt_alloc counter_args
counter_stmt_alloc: COUNTER -> openCounter
counter_args: counter_arg -> inherit 0 | counter_args counter_arg
counter_arg: PACKETS NUM -> counterPackets 0 2 | BYTES NUM -> counterBytes 0 2
last_stmt_alloc: LAST -> openLast
last_stmt: last_stmt_alloc | last_stmt_alloc last_args
last_args: USED NEVER | USED time_spec -> lastUsed 0 2
log_stmt: log_stmt_alloc | log_stmt_alloc log_args
log_stmt_alloc: LOG -> openLog
log_args: log_arg -> inherit 0 | log_args log_arg
log_arg: PREFIX string -> logPrefix 0 2
 | GROUP NUM -> logGroup 0 2
 | SNAPLEN NUM -> logSnaplen 0 2
 | QUEUE_THRESHOLD NUM -> logThreshold 0 2
 | LEVEL level_type -> logLevel 0 2
 | FLAGS log_flags -> logFlags 0 2
level_type: string -> logLevelName 1
log_flags: TCP log_flags_tcp ~tcp -> pass 2
 | IP OPTIONS ~ip -> logFlagIpOptions
 | SKUID -> logFlagSkuid
 | ETHER ~eth -> logFlagEther
 | ALL -> logFlagAll
log_flags_tcp: log_flags_tcp COMMA log_flag_tcp -> orNumbers 1 3 | log_flag_tcp
log_flag_tcp: SEQ -> logFlagSequence | OPTIONS -> logFlagOptions
limit_stmt_alloc: LIMIT RATE -> openLimit
limit_stmt: limit_stmt_alloc limit_args
limit_args: limit_mode limit_rate_pkts limit_burst_pkts -> limitPackets 0 1 2 3
 | limit_mode limit_rate_bytes limit_burst_bytes -> limitBytes 0 1 2 3
quota_mode: OVER | UNTIL | -> none
quota_unit: BYTES | STRING
quota_used: -> none | USED NUM quota_unit -> quotaUsed 2 3
quota_stmt_alloc: QUOTA -> openQuota
quota_stmt: quota_stmt_alloc quota_args
quota_args: quota_mode NUM quota_unit quota_used -> quotaArgs 0 1 2 3 4
limit_mode: OVER | UNTIL | -> none
limit_burst_pkts: -> none | BURST NUM PACKETS -> number 2
limit_rate_pkts: NUM SLASH time_unit -> packetRate 1 3
limit_burst_bytes: -> none | BURST limit_bytes -> pass 2
limit_rate_bytes: NUM STRING -> byteRateText 1 2
 | limit_bytes SLASH time_unit -> byteRate 1 3
limit_bytes: NUM BYTES -> number 1 | NUM STRING -> limitBytesUnit 1 2
time_unit: SECOND | MINUTE | HOUR | DAY | WEEK
reject_stmt: reject_stmt_alloc reject_opts
reject_stmt_alloc: REJECT -> openReject
reject_with_expr: STRING -> symbol 1 | integer_expr
reject_opts: -> rejectDefault 0
 | WITH ICMP TYPE reject_with_expr ~type ~icmp -> rejectIcmp 0 4
 | WITH ICMP reject_with_expr -> rejectIcmp 0 3
 | WITH ICMPV6 TYPE reject_with_expr ~type ~icmp -> rejectIcmpv6 0 4
 | WITH ICMPV6 reject_with_expr -> rejectIcmpv6 0 3
 | WITH ICMPX TYPE reject_with_expr ~type -> rejectIcmpx 0 4
 | WITH ICMPX reject_with_expr -> rejectIcmpx 0 3
 | WITH TCP ~tcp RESET ~reset -> rejectTcp 0
nat_stmt: nat_stmt_alloc nat_stmt_args
nat_stmt_alloc: SNAT -> openSnat | DNAT -> openDnat
tproxy_stmt: TPROXY TO stmt_expr -> tproxyAddr 3
 | TPROXY nf_key_proto TO stmt_expr -> tproxyFamilyAddr 2 4
 | TPROXY TO COLON stmt_expr -> tproxyPort 4
 | TPROXY TO stmt_expr COLON stmt_expr -> tproxyBoth 3 5
 | TPROXY nf_key_proto TO stmt_expr COLON stmt_expr -> tproxyFamilyBoth 2 4 6
 | TPROXY nf_key_proto TO COLON stmt_expr -> tproxyFamilyPort 2 5
synproxy_stmt: synproxy_stmt_alloc | synproxy_stmt_alloc synproxy_args
synproxy_stmt_alloc: SYNPROXY -> openSynproxy
synproxy_args: synproxy_arg -> inherit 0 | synproxy_args synproxy_arg
synproxy_arg: MSS NUM -> synproxyMss 0 2
 | WSCALE NUM -> synproxyWscale 0 2
 | TIMESTAMP -> synproxyTimestamp 0
 | SACK_PERMITTED -> synproxySackPerm 0
primary_stmt_expr: symbol_expr | integer_expr | boolean_expr | meta_expr | rt_expr | ct_expr | numgen_expr | hash_expr
 | payload_expr | keyword_expr | socket_expr | fib_expr | osf_expr | '(' basic_stmt_expr ')' -> pass 2
shift_stmt_expr: primary_stmt_expr
 | shift_stmt_expr LSHIFT primary_stmt_expr -> lshift 1 3
 | shift_stmt_expr RSHIFT primary_stmt_expr -> rshift 1 3
and_stmt_expr: shift_stmt_expr | and_stmt_expr AMPERSAND shift_stmt_expr -> and 1 3
exclusive_or_stmt_expr: and_stmt_expr | exclusive_or_stmt_expr CARET and_stmt_expr -> xor 1 3
inclusive_or_stmt_expr: exclusive_or_stmt_expr | inclusive_or_stmt_expr '|' exclusive_or_stmt_expr -> or 1 3
basic_stmt_expr: inclusive_or_stmt_expr
concat_stmt_expr: basic_stmt_expr | concat_stmt_expr DOT primary_stmt_expr -> concat 1 3
map_stmt_expr_set: set_expr | set_ref_expr
map_stmt_expr: concat_stmt_expr MAP map_stmt_expr_set -> map 1 3 | concat_stmt_expr
prefix_stmt_expr: basic_stmt_expr SLASH NUM -> prefix 1 3
range_stmt_expr: basic_stmt_expr DASH basic_stmt_expr -> range 1 3
multiton_stmt_expr: prefix_stmt_expr | range_stmt_expr
stmt_expr: map_stmt_expr | multiton_stmt_expr | list_stmt_expr
nat_stmt_args: stmt_expr -> natAddr 0 1
 | TO stmt_expr -> natAddr 0 2
 | nf_key_proto TO stmt_expr -> natFamilyAddr 0 1 3
 | stmt_expr COLON stmt_expr -> natBoth 0 1 3
 | TO stmt_expr COLON stmt_expr -> natBoth 0 2 4
 | nf_key_proto TO stmt_expr COLON stmt_expr -> natFamilyBoth 0 1 3 5
 | COLON stmt_expr -> natPort 0 2
 | TO COLON stmt_expr -> natPort 0 3
 | nat_stmt_args nf_nat_flags -> natFlags 0 2
 | nf_key_proto ADDR DOT PORT TO stmt_expr -> natConcat 0 1 6
 | nf_key_proto INTERVAL TO stmt_expr -> natFamilyAddr 0 1 4
 | INTERVAL TO stmt_expr -> natAddr 0 3
 | nf_key_proto PREFIX TO stmt_expr -> natFamilyPrefix 0 1 4
 | PREFIX TO stmt_expr -> natPrefix 0 3
masq_stmt: masq_stmt_alloc masq_stmt_args | masq_stmt_alloc
masq_stmt_alloc: MASQUERADE -> openMasq
masq_stmt_args: TO COLON stmt_expr -> natPort 0 3
 | TO COLON stmt_expr nf_nat_flags -> natPortFlags 0 3 4
 | nf_nat_flags -> natFlags 0 1
redir_stmt: redir_stmt_alloc redir_stmt_arg | redir_stmt_alloc
redir_stmt_alloc: REDIRECT -> openRedirect
redir_stmt_arg: TO stmt_expr -> natPort 0 2
 | TO COLON stmt_expr -> natPort 0 3
 | nf_nat_flags -> natFlags 0 1
 | TO stmt_expr nf_nat_flags -> natPortFlags 0 2 3
 | TO COLON stmt_expr nf_nat_flags -> natPortFlags 0 3 4
dup_stmt: DUP TO stmt_expr -> dup 3 | DUP TO stmt_expr DEVICE stmt_expr -> dupDevice 3 5
fwd_stmt: FWD TO stmt_expr -> fwd 3 | FWD nf_key_proto TO stmt_expr DEVICE stmt_expr -> fwdFamily 2 4 6
nf_nat_flags: nf_nat_flag | nf_nat_flags COMMA nf_nat_flag -> orNumbers 1 3
nf_nat_flag: RANDOM -> natRandom | FULLY_RANDOM -> natFullyRandom | PERSISTENT -> natPersistent
queue_stmt: queue_stmt_compat ~queue
 | QUEUE TO queue_stmt_expr ~queue -> queueTo 3
 | QUEUE FLAGS queue_stmt_flags TO queue_stmt_expr ~queue -> queueFlagsTo 3 5
 | QUEUE FLAGS queue_stmt_flags QUEUENUM queue_stmt_expr_simple ~queue -> queueFlagsTo 3 5
queue_stmt_compat: queue_stmt_alloc | queue_stmt_alloc queue_stmt_args
queue_stmt_alloc: QUEUE -> openQueue
queue_stmt_args: queue_stmt_arg -> inherit 0 | queue_stmt_args queue_stmt_arg
queue_stmt_arg: QUEUENUM queue_stmt_expr_simple -> queueNum 0 2 | queue_stmt_flags -> queueFlags 0 1
queue_expr: variable_expr | integer_expr
queue_stmt_expr_simple: integer_expr | variable_expr | queue_expr DASH queue_expr -> range 1 3
queue_stmt_expr: numgen_expr | hash_expr | map_expr | queue_stmt_expr_simple
queue_stmt_flags: queue_stmt_flag -> listOf 1 | queue_stmt_flags COMMA queue_stmt_flag -> append 1 3
queue_stmt_flag: BYPASS | FANOUT
set_elem_expr_stmt: set_elem_expr_stmt_alloc | set_elem_expr_stmt_alloc set_elem_options
set_elem_expr_stmt_alloc: concat_expr -> element 1
set_stmt: SET set_stmt_op set_elem_expr_stmt set_ref_expr -> setStatement 2 3 4
 | set_stmt_op set_ref_expr '{' set_elem_expr_stmt '}' -> setStatement 1 4 2
 | set_stmt_op set_ref_expr '{' set_elem_expr_stmt stateful_stmt_list '}' -> setStatementWith 1 4 2 5
set_stmt_op: ADD | UPDATE | DELETE
map_stmt: set_stmt_op set_ref_expr '{' set_elem_expr_stmt COLON set_elem_expr_stmt '}' -> mapStatement 1 2 4 6
 | set_stmt_op set_ref_expr '{' set_elem_expr_stmt stateful_stmt_list COLON set_elem_expr_stmt '}' -> mapStatementWith 1 2 4 5 7
meter_stmt: METER identifier '{' meter_key_expr stmt '}' -> meter 2 4 5
 | METER identifier SIZE NUM '{' meter_key_expr stmt '}' -> meterSize 2 4 6 7
match_stmt: relational_expr -> match 1
meta_stmt: META meta_key SET stmt_expr ~meta -> metaSet 2 4
 | meta_key_unqualified SET stmt_expr -> metaSet 1 3
 | META STRING SET stmt_expr ~meta -> metaSetNamed 2 4
 | NOTRACK -> notrack
 | FLOW OFFLOAD AT string ~at -> flowOffload 4
 | FLOW ADD AT string ~at -> flowOffload 4
ct_stmt: CT ct_key SET stmt_expr ~ct -> ctSet 2 4
 | CT ct_dir ct_key_dir_optional SET stmt_expr ~ct -> ctSetDir 2 3 5
payload_stmt: payload_expr SET stmt_expr -> payloadSet 1 3
optstrip_stmt: RESET TCP OPTION tcp_hdr_option_type ~tcp -> optstrip 4
meter_key_expr: meter_key_expr_alloc | meter_key_expr_alloc set_elem_options -> relocate 1
meter_key_expr_alloc: concat_expr -> element 1
set_elem_options: set_elem_option -> inherit 0 | set_elem_options set_elem_option
set_elem_option: TIMEOUT time_spec -> elementTimeout 0 2
 | EXPIRES time_spec -> elementExpires 0 2
 | comment_spec -> blockComment 0 1
`;
