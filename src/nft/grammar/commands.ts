/**
 * Grammar of commands and blocks. A line is an alternative: symbols, then `-> action positions`; without an action its
 * first value. Upper case and quoted symbols are terminals, `~x` closes the scanner scope x, positions 0 and -1 are the
 * values below the alternative on the parser's stack.
 */
export const COMMAND_GRAMMAR = `
input:
 | input line -> line 2
stmt_separator: NEWLINE | SEMICOLON
opt_newline: NEWLINE -> none | -> none
common_block: INCLUDE QUOTED_STRING stmt_separator -> include 2
 | DEFINE identifier '=' initializer_expr stmt_separator -> define 2 4
 | REDEFINE identifier '=' initializer_expr stmt_separator -> redefine 2 4
 | UNDEFINE identifier stmt_separator -> undefine 2
 | error stmt_separator -> recovered
line: common_block -> none
 | stmt_separator -> none
 | base_cmd stmt_separator
 | base_cmd END -> accept 1
base_cmd: add_cmd
 | ADD add_cmd -> pass 2
 | REPLACE replace_cmd -> pass 2
 | CREATE create_cmd -> pass 2
 | INSERT insert_cmd -> pass 2
 | DELETE delete_cmd -> pass 2
 | GET get_cmd -> pass 2
 | LIST list_cmd ~list -> pass 2
 | RESET reset_cmd ~reset -> pass 2
 | FLUSH flush_cmd -> pass 2
 | RENAME rename_cmd -> pass 2
 | IMPORT import_cmd ~import -> pass 2
 | EXPORT export_cmd ~export -> pass 2
 | MONITOR monitor_cmd ~monitor -> pass 2
 | DESCRIBE describe_cmd -> pass 2
 | DESTROY destroy_cmd ~destroy -> pass 2
add_cmd: TABLE table_spec -> addTable 2
 | TABLE table_spec table_block_alloc '{' table_block '}' -> addTableBlock 2 5
 | CHAIN chain_spec -> addChain 2
 | CHAIN chain_spec chain_block_alloc '{' chain_block '}' -> addChainBlock 2 5
 | RULE rule_position rule -> addRule 2 3
 | rule_position rule -> addRule 1 2
 | SET set_spec set_block_alloc '{' set_block '}' -> addSet 2 5
 | MAP set_spec map_block_alloc '{' map_block '}' -> addSet 2 5
 | ELEMENT set_spec set_block_expr -> addElements 2 3
 | FLOWTABLE flowtable_spec flowtable_block_alloc '{' flowtable_block '}' -> addFlowtable 2 5
 | COUNTER obj_spec ~counter -> addCounter 2
 | COUNTER obj_spec counter_obj counter_config ~counter -> addObject 2 3
 | COUNTER obj_spec counter_obj '{' counter_block '}' ~counter -> addObject 2 3
 | QUOTA obj_spec quota_obj quota_config ~quota -> addObject 2 3
 | QUOTA obj_spec quota_obj '{' quota_block '}' ~quota -> addObject 2 3
 | CT HELPER obj_spec ct_obj_alloc '{' ct_helper_block '}' ~ct -> addCtHelper 3 4
 | CT TIMEOUT obj_spec ct_obj_alloc '{' ct_timeout_block '}' ~ct -> addCtTimeout 3 4
 | CT EXPECTATION obj_spec ct_obj_alloc '{' ct_expect_block '}' ~ct -> addCtExpect 3 4
 | LIMIT obj_spec limit_obj limit_config ~limit -> addObject 2 3
 | LIMIT obj_spec limit_obj '{' limit_block '}' ~limit -> addObject 2 3
 | SECMARK obj_spec secmark_obj secmark_config ~secmark -> addObject 2 3
 | SECMARK obj_spec secmark_obj '{' secmark_block '}' ~secmark -> addObject 2 3
 | SYNPROXY obj_spec synproxy_obj synproxy_config ~synproxy -> addObject 2 3
 | SYNPROXY obj_spec synproxy_obj '{' synproxy_block '}' ~synproxy -> addObject 2 3
replace_cmd: RULE ruleid_spec rule -> replaceRule 2 3
create_cmd: TABLE table_spec -> createTable 2
 | TABLE table_spec table_block_alloc '{' table_block '}' -> createTableBlock 2 5
 | CHAIN chain_spec -> createChain 2
 | CHAIN chain_spec chain_block_alloc '{' chain_block '}' -> createChainBlock 2 5
 | SET set_spec set_block_alloc '{' set_block '}' -> createSet 2 5
 | MAP set_spec map_block_alloc '{' map_block '}' -> createSet 2 5
 | ELEMENT set_spec set_block_expr -> createElements 2 3
 | FLOWTABLE flowtable_spec flowtable_block_alloc '{' flowtable_block '}' -> createFlowtable 2 5
 | COUNTER obj_spec ~counter -> createCounter 2
 | COUNTER obj_spec counter_obj counter_config ~counter -> createObject 2 3
 | QUOTA obj_spec quota_obj quota_config ~quota -> createObject 2 3
 | CT HELPER obj_spec ct_obj_alloc '{' ct_helper_block '}' ~ct -> createCtHelper 3 4
 | CT TIMEOUT obj_spec ct_obj_alloc '{' ct_timeout_block '}' ~ct -> createCtTimeout 3 4
 | CT EXPECTATION obj_spec ct_obj_alloc '{' ct_expect_block '}' ~ct -> createCtExpect 3 4
 | LIMIT obj_spec limit_obj limit_config ~limit -> createObject 2 3
 | SECMARK obj_spec secmark_obj secmark_config ~secmark -> createObject 2 3
 | SYNPROXY obj_spec synproxy_obj synproxy_config ~synproxy -> createObject 2 3
insert_cmd: RULE rule_position rule -> insertRule 2 3
table_or_id_spec: table_spec | tableid_spec
chain_or_id_spec: chain_spec | chainid_spec
set_or_id_spec: set_spec | setid_spec
obj_or_id_spec: obj_spec | objid_spec
delete_cmd: TABLE table_or_id_spec -> deleteTable 2
 | CHAIN chain_or_id_spec -> deleteChain 2
 | CHAIN chain_spec chain_block_alloc '{' chain_block '}' -> deleteChainBlock 2 5
 | RULE ruleid_spec -> deleteRule 2
 | SET set_or_id_spec -> deleteSet 2
 | MAP set_or_id_spec -> deleteSet 2
 | ELEMENT set_spec set_block_expr -> deleteElements 2 3
 | FLOWTABLE flowtable_spec -> deleteFlowtable 2
 | FLOWTABLE flowtableid_spec -> deleteFlowtable 2
 | FLOWTABLE flowtable_spec flowtable_block_alloc '{' flowtable_block '}' -> deleteFlowtableBlock 2 5
 | COUNTER obj_or_id_spec ~counter -> deleteCounter 2
 | QUOTA obj_or_id_spec ~quota -> deleteQuota 2
 | CT ct_obj_type obj_spec ct_obj_alloc ~ct -> deleteCtObject 2 3
 | LIMIT obj_or_id_spec ~limit -> deleteLimit 2
 | SECMARK obj_or_id_spec ~secmark -> deleteSecmark 2
 | SYNPROXY obj_or_id_spec ~synproxy -> deleteSynproxy 2
destroy_cmd: TABLE table_or_id_spec -> destroyTable 2
 | CHAIN chain_or_id_spec -> destroyChain 2
 | RULE ruleid_spec -> destroyRule 2
 | SET set_or_id_spec -> destroySet 2
 | MAP set_spec -> destroySet 2
 | ELEMENT set_spec set_block_expr -> destroyElements 2 3
 | FLOWTABLE flowtable_spec -> destroyFlowtable 2
 | FLOWTABLE flowtableid_spec -> destroyFlowtable 2
 | FLOWTABLE flowtable_spec flowtable_block_alloc '{' flowtable_block '}' -> destroyFlowtable 2
 | COUNTER obj_or_id_spec ~counter -> destroyCounter 2
 | QUOTA obj_or_id_spec ~quota -> destroyQuota 2
 | CT ct_obj_type obj_spec ct_obj_alloc ~ct -> destroyCtObject 2 3
 | LIMIT obj_or_id_spec ~limit -> destroyLimit 2
 | SECMARK obj_or_id_spec ~secmark -> destroySecmark 2
 | SYNPROXY obj_or_id_spec ~synproxy -> destroySynproxy 2
get_cmd: ELEMENT set_spec set_block_expr -> getElements 2 3
list_cmd_spec_table: TABLE table_spec -> pass 2 | table_spec
list_cmd_spec_any: list_cmd_spec_table | ruleset_spec
list_cmd: TABLE table_spec -> listTable 2
 | TABLES ruleset_spec -> listTables 2
 | CHAIN chain_spec -> listChain 2
 | CHAINS ruleset_spec -> listChains 2
 | SETS list_cmd_spec_any -> listSets 2
 | SET set_spec -> listSet 2
 | COUNTERS list_cmd_spec_any -> listCounters 2
 | COUNTER obj_spec ~counter -> listCounter 2
 | QUOTAS list_cmd_spec_any -> listQuotas 2
 | QUOTA obj_spec ~quota -> listQuota 2
 | LIMITS list_cmd_spec_any -> listLimits 2
 | LIMIT obj_spec ~limit -> listLimit 2
 | SECMARKS list_cmd_spec_any -> listSecmarks 2
 | SECMARK obj_spec ~secmark -> listSecmark 2
 | SYNPROXYS list_cmd_spec_any -> listSynproxys 2
 | SYNPROXY obj_spec ~synproxy -> listSynproxy 2
 | RULESET ruleset_spec -> listRuleset 2
 | FLOW TABLES ruleset_spec -> listMeters 3
 | FLOW TABLE set_spec -> listMeter 3
 | METERS ruleset_spec -> listMeters 2
 | METER set_spec -> listMeter 2
 | FLOWTABLES list_cmd_spec_any -> listFlowtables 2
 | FLOWTABLE flowtable_spec -> listFlowtable 2
 | MAPS list_cmd_spec_any -> listMaps 2
 | MAP set_spec -> listMap 2
 | CT ct_obj_type obj_spec ~ct -> listCtObject 2 3
 | CT ct_cmd_type TABLE table_spec ~ct -> listCtObjects 2 4
 | HOOKS basehook_spec -> listHooks 2
basehook_device_name: DEVICE STRING -> pass 2
basehook_spec: ruleset_spec | ruleset_spec basehook_device_name
reset_cmd: COUNTERS list_cmd_spec_any -> resetCounters 2
 | COUNTER obj_spec ~counter -> resetCounter 2
 | QUOTAS list_cmd_spec_any -> resetQuotas 2
 | QUOTA obj_spec ~quota -> resetQuota 2
 | RULES ruleset_spec -> resetRules 2
 | RULES list_cmd_spec_table -> resetTableRules 2
 | RULES chain_spec -> resetChainRules 2
 | RULES CHAIN chain_spec -> resetChainRules 3
 | RULE ruleid_spec -> resetRule 2
 | ELEMENT set_spec set_block_expr -> resetElements 2 3
 | SET set_spec -> resetSet 2
 | MAP set_spec -> resetMap 2
flush_cmd: TABLE table_spec -> flushTable 2
 | CHAIN chain_spec -> flushChain 2
 | SET set_spec -> flushSet 2
 | MAP set_spec -> flushMap 2
 | FLOW TABLE set_spec -> flushMeter 3
 | METER set_spec -> flushMeter 2
 | RULESET ruleset_spec -> flushRuleset 2
rename_cmd: CHAIN chain_spec identifier -> renameChain 2 3
import_cmd: RULESET markup_format -> importRuleset | markup_format -> importRuleset
export_cmd: RULESET markup_format -> exportRuleset | markup_format -> exportRuleset
monitor_cmd: monitor_event monitor_object monitor_format -> monitor 1 2
monitor_event: -> none | STRING
monitor_object: -> none | TABLES | CHAINS | SETS | RULES | ELEMENTS | RULESET | TRACE
monitor_format: -> none | markup_format
markup_format: XML | JSON | VM JSON
describe_cmd: primary_expr -> describe 1
table_block_alloc: -> openTable
table_options: FLAGS table_flags -> tableFlags 0 2
 | comment_spec -> blockComment 0 1
table_flags: table_flag -> listOf 1 | table_flags COMMA table_flag -> append 1 3
table_flag: STRING -> tableFlag 1
table_block: -> inherit -1
 | table_block common_block
 | table_block stmt_separator
 | table_block table_options stmt_separator
 | table_block CHAIN chain_identifier chain_block_alloc '{' chain_block '}' stmt_separator -> tableChain 1 3 4
 | table_block SET set_identifier set_block_alloc '{' set_block '}' stmt_separator -> tableSet 1 3 4
 | table_block MAP set_identifier map_block_alloc '{' map_block '}' stmt_separator -> tableSet 1 3 4
 | table_block FLOWTABLE flowtable_identifier flowtable_block_alloc '{' flowtable_block '}' stmt_separator -> tableFlowtable 1 3 4
 | table_block COUNTER obj_identifier obj_block_alloc '{' counter_block '}' stmt_separator ~counter -> tableCounter 1 3 4
 | table_block QUOTA obj_identifier obj_block_alloc '{' quota_block '}' stmt_separator ~quota -> tableQuota 1 3 4
 | table_block CT HELPER obj_identifier obj_block_alloc '{' ct_helper_block '}' stmt_separator ~ct -> tableCtHelper 1 4 5
 | table_block CT TIMEOUT obj_identifier obj_block_alloc '{' ct_timeout_block '}' stmt_separator ~ct -> tableCtTimeout 1 4 5
 | table_block CT EXPECTATION obj_identifier obj_block_alloc '{' ct_expect_block '}' stmt_separator ~ct -> tableCtExpect 1 4 5
 | table_block LIMIT obj_identifier obj_block_alloc '{' limit_block '}' stmt_separator ~limit -> tableLimit 1 3 4
 | table_block SECMARK obj_identifier obj_block_alloc '{' secmark_block '}' stmt_separator ~secmark -> tableSecmark 1 3 4
 | table_block SYNPROXY obj_identifier obj_block_alloc '{' synproxy_block '}' stmt_separator ~synproxy -> tableSynproxy 1 3 4
chain_block_alloc: -> openChain
chain_block: -> inherit -1
 | chain_block common_block
 | chain_block stmt_separator
 | chain_block hook_spec stmt_separator
 | chain_block policy_spec stmt_separator
 | chain_block flags_spec stmt_separator
 | chain_block rule stmt_separator -> chainRule 1 2
 | chain_block DEVICES '=' flowtable_expr stmt_separator -> chainDevices 1 4
 | chain_block comment_spec stmt_separator -> blockComment 1 2
subchain_block: -> inherit -1
 | subchain_block stmt_separator
 | subchain_block rule stmt_separator -> chainRule 1 2
typeof_verdict_expr: primary_expr -> typeofData 1
 | typeof_expr DOT primary_expr -> concat 1 3
typeof_data_expr: INTERVAL typeof_expr -> intervalData 2
 | typeof_verdict_expr
 | QUEUE -> typeofQueue
primary_typeof_expr: primary_expr -> typeofKey 1
typeof_expr: primary_typeof_expr
 | typeof_expr DOT primary_typeof_expr -> concat 1 3
set_block_alloc: -> openSet
typeof_key_expr: TYPEOF typeof_expr -> typeofSpec 2
 | TYPE data_type_expr ~type -> typeSpec 2
set_block: -> inherit -1
 | set_block common_block
 | set_block stmt_separator
 | set_block typeof_key_expr stmt_separator -> setKey 1 2
 | set_block FLAGS set_flag_list stmt_separator -> setFlags 1 3
 | set_block TIMEOUT time_spec stmt_separator -> setTimeout 1 3
 | set_block GC_INTERVAL time_spec stmt_separator -> setGcInterval 1 3
 | set_block stateful_stmt_list stmt_separator -> setStatements 1 2
 | set_block ELEMENTS '=' set_block_expr -> setElements 1 4
 | set_block AUTO_MERGE -> setAutoMerge 1
 | set_block set_mechanism stmt_separator
 | set_block comment_spec stmt_separator -> blockComment 1 2
set_block_expr: set_expr | variable_expr
set_flag_list: set_flag_list COMMA set_flag -> append 1 3 | set_flag -> listOf 1
set_flag: CONSTANT | INTERVAL | TIMEOUT | DYNAMIC
map_block_alloc: -> openMap
ct_obj_type_map: TIMEOUT | EXPECTATION
map_block_obj_type: COUNTER ~counter | QUOTA ~quota | LIMIT ~limit | SECMARK ~secmark | SYNPROXY ~synproxy
map_block_obj_typeof: map_block_obj_type | CT ct_obj_type_map ~ct -> ctObjectType 2
map_block_data_interval: INTERVAL | -> none
map_block: -> inherit -1
 | map_block common_block
 | map_block stmt_separator
 | map_block TIMEOUT time_spec stmt_separator -> setTimeout 1 3
 | map_block GC_INTERVAL time_spec stmt_separator -> setGcInterval 1 3
 | map_block TYPE data_type_expr COLON map_block_data_interval data_type_expr stmt_separator ~type -> mapTypes 1 3 5 6
 | map_block TYPEOF typeof_expr COLON typeof_data_expr stmt_separator -> mapTypeof 1 3 5
 | map_block TYPE data_type_expr COLON map_block_obj_type stmt_separator ~type -> mapObject 1 3 5
 | map_block TYPEOF typeof_expr COLON map_block_obj_typeof stmt_separator -> mapTypeofObject 1 3 5
 | map_block FLAGS set_flag_list stmt_separator -> mapFlags 1 3
 | map_block stateful_stmt_list stmt_separator -> setStatements 1 2
 | map_block ELEMENTS '=' set_block_expr -> setElements 1 4
 | map_block comment_spec stmt_separator -> blockComment 1 2
 | map_block set_mechanism stmt_separator
set_mechanism: POLICY set_policy_spec ~policy -> setPolicy 0 2
 | SIZE NUM -> setSize 0 2
set_policy_spec: PERFORMANCE | MEMORY
flowtable_block_alloc: -> openFlowtable
flowtable_block: -> inherit -1
 | flowtable_block common_block
 | flowtable_block stmt_separator
 | flowtable_block HOOK STRING prio_spec stmt_separator -> flowtableHook 1 3 4
 | flowtable_block DEVICES '=' flowtable_expr stmt_separator -> flowtableDevices 1 4
 | flowtable_block COUNTER ~counter -> flowtableCounter 1
 | flowtable_block FLAGS OFFLOAD stmt_separator -> flowtableOffload 1
flowtable_expr: '{' flowtable_list_expr '}' -> pass 2
 | variable_expr -> deviceVariable 1
flowtable_list_expr: flowtable_expr_member -> listOf 1
 | flowtable_list_expr COMMA flowtable_expr_member -> append 1 3
 | flowtable_list_expr COMMA opt_newline
flowtable_expr_member: QUOTED_STRING -> device 1 | STRING -> device 1 | variable_expr -> deviceVariable 1
data_type_atom_expr: type_identifier -> dataType 1 | TIME -> dataType 1
data_type_expr: data_type_atom_expr
 | data_type_expr DOT data_type_atom_expr -> concat 1 3
obj_block_alloc: -> openObject
counter_block: -> inherit -1
 | counter_block common_block | counter_block stmt_separator | counter_block counter_config
 | counter_block comment_spec -> blockComment 1 2
quota_block: -> inherit -1
 | quota_block common_block | quota_block stmt_separator | quota_block quota_config
 | quota_block comment_spec -> blockComment 1 2
ct_helper_block: -> inherit -1
 | ct_helper_block common_block | ct_helper_block stmt_separator | ct_helper_block ct_helper_config
 | ct_helper_block comment_spec -> blockComment 1 2
ct_timeout_block: -> inherit -1
 | ct_timeout_block common_block | ct_timeout_block stmt_separator | ct_timeout_block ct_timeout_config
 | ct_timeout_block comment_spec -> blockComment 1 2
ct_expect_block: -> inherit -1
 | ct_expect_block common_block | ct_expect_block stmt_separator | ct_expect_block ct_expect_config
 | ct_expect_block comment_spec -> blockComment 1 2
limit_block: -> inherit -1
 | limit_block common_block | limit_block stmt_separator | limit_block limit_config
 | limit_block comment_spec -> blockComment 1 2
secmark_block: -> inherit -1
 | secmark_block common_block | secmark_block stmt_separator | secmark_block secmark_config
 | secmark_block comment_spec -> blockComment 1 2
synproxy_block: -> inherit -1
 | synproxy_block common_block | synproxy_block stmt_separator | synproxy_block synproxy_config
 | synproxy_block comment_spec -> blockComment 1 2
type_identifier: STRING | MARK | DSCP | ECN | CLASSID
hook_spec: TYPE ~type STRING HOOK STRING dev_spec prio_spec -> hookSpec 0 3 5 6 7
prio_spec: PRIORITY extended_prio_spec -> prioSpec 2
extended_prio_name: OUT | STRING
extended_prio_spec: int_num -> prioNumber 1
 | variable_expr -> prioVariable 1
 | extended_prio_name -> prioName 1
 | extended_prio_name PLUS NUM -> prioPlus 1 3
 | extended_prio_name DASH NUM -> prioMinus 1 3
int_num: NUM -> number 1 | DASH NUM -> negative 2
dev_spec: DEVICE string -> deviceList 2
 | DEVICE variable_expr -> deviceVariable 2
 | DEVICES '=' flowtable_expr -> pass 3
 | -> none
flags_spec: FLAGS OFFLOAD -> chainOffload 0
policy_spec: POLICY policy_expr ~policy -> chainPolicy 0 2
policy_expr: variable_expr -> policyVariable 1 | chain_policy
chain_policy: ACCEPT | DROP
identifier: STRING | LAST ~last
string: STRING | QUOTED_STRING | ASTERISK_STRING
time_spec: STRING -> timeSpec 1
time_spec_or_num_s: NUM -> number 1 | time_spec -> seconds 1
family_spec: -> familyIp | family_spec_explicit
family_spec_explicit: IP ~ip | IP6 ~ip6 | INET | ARP ~arp | BRIDGE | NETDEV
table_spec: family_spec identifier -> tableSpec 1 2
tableid_spec: family_spec HANDLE NUM -> tableIdSpec 1 3
chain_spec: table_spec identifier -> itemSpec 1 2
chainid_spec: table_spec HANDLE NUM -> itemIdSpec 1 3
chain_identifier: identifier
set_spec: table_spec identifier -> itemSpec 1 2
setid_spec: table_spec HANDLE NUM -> itemIdSpec 1 3
set_identifier: identifier
flowtable_spec: table_spec identifier -> itemSpec 1 2
flowtableid_spec: table_spec HANDLE NUM -> itemIdSpec 1 3
flowtable_identifier: identifier
obj_spec: table_spec identifier -> itemSpec 1 2
objid_spec: table_spec HANDLE NUM -> itemIdSpec 1 3
obj_identifier: identifier
handle_spec: HANDLE NUM -> pass 2
position_spec: POSITION NUM -> positionSpec 2
index_spec: INDEX NUM -> indexSpec 2
rule_position: chain_spec
 | chain_spec position_spec -> rulePosition 1 2
 | chain_spec handle_spec -> ruleHandlePosition 1 2
 | chain_spec index_spec -> ruleIndex 1 2
ruleid_spec: chain_spec handle_spec -> ruleId 1 2
comment_spec: COMMENT string -> comment 2
ruleset_spec: -> familyAny | family_spec_explicit -> familyOnly 1
rule: rule_alloc | rule_alloc comment_spec -> ruleComment 1 2
rule_alloc: stmt_list -> rule 1
counter_config: PACKETS NUM BYTES NUM -> counterConfig 0 2 4
counter_obj: -> counterObject
quota_config: quota_mode NUM quota_unit quota_used -> quotaConfig 0 1 2 3 4
quota_obj: -> quotaObject
secmark_config: string -> secmarkConfig 0 1
secmark_obj: -> secmarkObject
ct_obj_type: HELPER | TIMEOUT | EXPECTATION
ct_cmd_type: HELPERS | TIMEOUT | EXPECTATION
ct_l4protoname: TCP ~tcp | UDP ~udp
ct_helper_config: TYPE QUOTED_STRING PROTOCOL ct_l4protoname stmt_separator ~type -> ctHelperType 0 2 4
 | L3PROTO family_spec_explicit stmt_separator -> ctL3proto 0 2
timeout_states: timeout_state -> listOf 1 | timeout_states COMMA timeout_state -> append 1 3
timeout_state: STRING COLON time_spec_or_num_s -> timeoutState 1 3
ct_timeout_config: PROTOCOL ct_l4protoname stmt_separator -> ctProtocol 0 2
 | POLICY '=' '{' timeout_states '}' stmt_separator ~policy -> ctTimeoutPolicy 0 4
 | L3PROTO family_spec_explicit stmt_separator -> ctL3proto 0 2
ct_expect_config: PROTOCOL ct_l4protoname stmt_separator -> ctProtocol 0 2
 | DPORT NUM stmt_separator -> ctExpectDport 0 2
 | TIMEOUT time_spec stmt_separator -> ctExpectTimeout 0 2
 | SIZE NUM stmt_separator -> ctExpectSize 0 2
 | L3PROTO family_spec_explicit stmt_separator -> ctL3proto 0 2
ct_obj_alloc: -> openObject
limit_config: RATE limit_mode limit_rate_pkts limit_burst_pkts -> limitConfigPackets 0 2 3 4
 | RATE limit_mode limit_rate_bytes limit_burst_bytes -> limitConfigBytes 0 2 3 4
limit_obj: -> limitObject
synproxy_config: MSS NUM WSCALE NUM synproxy_ts synproxy_sack -> synproxyConfig 0 2 4 5 6
 | MSS NUM stmt_separator WSCALE NUM stmt_separator synproxy_ts synproxy_sack -> synproxyConfig 0 2 5 7 8
synproxy_obj: -> synproxyObject
synproxy_ts: -> none | TIMESTAMP
synproxy_sack: -> none | SACK_PERMITTED
`;
