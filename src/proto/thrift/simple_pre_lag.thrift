// simple_switch's service `simple_pre_lag`: multicast groups and nodes, with link aggregation groups.
//
// Wire-compatible with simple_switch; see standard.thrift. Sets of ports are a digit 0 or 1 each, the last for port 0.

exception InvalidMcOperation { 1: i32 code }

service SimplePreLag {
  i32 bm_mc_mgrp_create(1: i32 context, 2: i32 group) throws (1: InvalidMcOperation refused)
  void bm_mc_mgrp_destroy(1: i32 context, 2: i32 group) throws (1: InvalidMcOperation refused)
  i32 bm_mc_node_create(1: i32 context, 2: i32 rid, 3: string ports, 4: string lags) throws (1: InvalidMcOperation refused)
  void bm_mc_node_associate(1: i32 context, 2: i32 group, 3: i32 node) throws (1: InvalidMcOperation refused)
  void bm_mc_node_dissociate(1: i32 context, 2: i32 group, 3: i32 node) throws (1: InvalidMcOperation refused)
  void bm_mc_node_destroy(1: i32 context, 2: i32 node) throws (1: InvalidMcOperation refused)
  void bm_mc_node_update(1: i32 context, 2: i32 node, 3: string ports, 4: string lags) throws (1: InvalidMcOperation refused)
  void bm_mc_set_lag_membership(1: i32 context, 2: i16 lag, 3: string ports) throws (1: InvalidMcOperation refused)
  string bm_mc_get_entries(1: i32 context) throws (1: InvalidMcOperation refused)
}
