// A leaf of a data centre's fabric: ports in VLANs, bridging, MPLS between the leaves, IPv4 and IPv6 routing with
// groups of equal paths, access lists, and the headers rewritten on the way out.
#include <core.p4>
#include <v1model.p4>

typedef bit<48> mac_addr_t;
typedef bit<9>  port_t;
typedef bit<12> vlan_id_t;
typedef bit<16> next_id_t;

const bit<16> TYPE_VLAN = 0x8100;
const bit<16> TYPE_IPV4 = 0x0800;
const bit<16> TYPE_IPV6 = 0x86dd;
const bit<16> TYPE_MPLS = 0x8847;
const bit<8>  PROTO_TCP = 6;
const bit<8>  PROTO_UDP = 17;

header ethernet_t {
    mac_addr_t dst;
    mac_addr_t src;
    bit<16>    ether_type;
}

header mpls_t {
    bit<20> label;
    bit<3>  tc;
    bit<1>  bos;
    bit<8>  ttl;
}

header ipv4_t {
    bit<4>  version;
    bit<4>  ihl;
    bit<8>  diffserv;
    bit<16> total_len;
    bit<16> identification;
    bit<3>  flags;
    bit<13> frag_offset;
    bit<8>  ttl;
    bit<8>  protocol;
    bit<16> hdr_checksum;
    bit<32> src;
    bit<32> dst;
}

header ipv6_t {
    bit<4>   version;
    bit<8>   traffic_class;
    bit<20>  flow_label;
    bit<16>  payload_len;
    bit<8>   next_hdr;
    bit<8>   hop_limit;
    bit<128> src;
    bit<128> dst;
}

struct headers_t {
    ethernet_t ethernet;
    mpls_t     mpls;
    ipv4_t     ipv4;
    ipv6_t     ipv6;
}

struct metadata_t {
    vlan_id_t vlan;
    bit<2>    forwarding;
    next_id_t next_id;
    bit<4>    path;
    bit<2>    colour;
}

// What is done with a packet, by the address that it has.
const bit<2> BRIDGE = 0;
const bit<2> ROUTE4 = 1;
const bit<2> ROUTE6 = 2;
const bit<2> SWITCH_LABEL = 3;

parser FabricParser(packet_in packet,
                    out headers_t hdr,
                    inout metadata_t meta,
                    inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.ether_type) {
            TYPE_MPLS: parse_mpls;
            TYPE_IPV4: parse_ipv4;
            TYPE_IPV6: parse_ipv6;
            default: accept;
        }
    }

    state parse_mpls {
        packet.extract(hdr.mpls);
        transition accept;
    }

    state parse_ipv4 {
        packet.extract(hdr.ipv4);
        transition accept;
    }

    state parse_ipv6 {
        packet.extract(hdr.ipv6);
        transition accept;
    }
}

control FabricVerifyChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control FabricIngress(inout headers_t hdr,
                      inout metadata_t meta,
                      inout standard_metadata_t standard_metadata) {
    action deny() {
        mark_to_drop(standard_metadata);
        exit;
    }

    action permit() { }

    action set_vlan(vlan_id_t vlan) {
        meta.vlan = vlan;
    }

    action set_colour(bit<2> colour) {
        meta.colour = colour;
    }

    action set_forwarding(bit<2> forwarding) {
        meta.forwarding = forwarding;
    }

    action set_next(next_id_t next_id) {
        meta.next_id = next_id;
    }

    action set_path(bit<4> path) {
        meta.path = path;
    }

    action output(port_t port) {
        standard_metadata.egress_spec = port;
    }

    action rewrite(port_t port, mac_addr_t src, mac_addr_t dst) {
        standard_metadata.egress_spec = port;
        hdr.ethernet.src = src;
        hdr.ethernet.dst = dst;
    }

    action swap_label(bit<20> label, next_id_t next_id) {
        hdr.mpls.label = label;
        meta.next_id = next_id;
    }

    table port_vlan {
        key = { standard_metadata.ingress_port: exact; }
        actions = { set_vlan; deny; }
        default_action = deny();
        size = 512;
    }

    table source_guard {
        key = { meta.vlan: exact; hdr.ethernet.src: exact; }
        actions = { permit; deny; }
        default_action = permit();
        size = 8192;
    }

    table port_class {
        key = { standard_metadata.ingress_port: ternary; meta.vlan: ternary; }
        actions = { set_colour; }
        size = 512;
    }

    table my_station {
        key = { meta.vlan: exact; hdr.ethernet.dst: exact; hdr.ethernet.ether_type: exact; }
        actions = { set_forwarding; }
        default_action = set_forwarding(BRIDGE);
        size = 1024;
    }

    table bridging {
        key = { meta.vlan: exact; hdr.ethernet.dst: ternary; }
        actions = { set_next; deny; }
        default_action = deny();
        size = 8192;
    }

    table mpls_switching {
        key = { hdr.mpls.label: exact; }
        actions = { swap_label; deny; }
        default_action = deny();
        size = 4096;
    }

    table routing_v4 {
        key = { hdr.ipv4.dst: lpm; }
        actions = { set_next; deny; }
        default_action = deny();
        size = 16384;
    }

    table hosts_v4 {
        key = { hdr.ipv4.dst: exact; }
        actions = { set_next; }
        size = 8192;
    }

    table routing_v6 {
        key = { hdr.ipv6.dst: lpm; }
        actions = { set_next; deny; }
        default_action = deny();
        size = 16384;
    }

    table acl_v4 {
        key = {
            hdr.ipv4.src: ternary;
            hdr.ipv4.dst: ternary;
            hdr.ipv4.protocol: ternary;
            meta.colour: ternary;
        }
        actions = { permit; deny; set_next; }
        default_action = permit();
        size = 1024;
    }

    table acl_v6 {
        key = { hdr.ipv6.src: ternary; hdr.ipv6.next_hdr: ternary; }
        actions = { permit; deny; }
        default_action = permit();
        size = 1024;
    }

    // Equal paths: which of them, by what the flow looks like.
    table ecmp_v4 {
        key = { meta.next_id: exact; hdr.ipv4.src: ternary; }
        actions = { set_path; }
        size = 4096;
    }

    table ecmp_v6 {
        key = { meta.next_id: exact; hdr.ipv6.flow_label: ternary; }
        actions = { set_path; }
        size = 4096;
    }

    table next_simple {
        key = { meta.next_id: exact; }
        actions = { output; deny; }
        default_action = deny();
        size = 4096;
    }

    table next_routed {
        key = { meta.next_id: exact; meta.path: exact; }
        actions = { rewrite; deny; }
        default_action = deny();
        size = 8192;
    }

    apply {
        port_vlan.apply();
        source_guard.apply();
        port_class.apply();
        my_station.apply();
        if (meta.forwarding == BRIDGE) {
            bridging.apply();
            next_simple.apply();
        } else if (meta.forwarding == SWITCH_LABEL && hdr.mpls.isValid()) {
            mpls_switching.apply();
            hdr.mpls.ttl = hdr.mpls.ttl - 1;
            next_routed.apply();
        } else if (meta.forwarding == ROUTE4 && hdr.ipv4.isValid()) {
            if (!hosts_v4.apply().hit) {
                routing_v4.apply();
            }
            acl_v4.apply();
            ecmp_v4.apply();
            hdr.ipv4.ttl = hdr.ipv4.ttl - 1;
            next_routed.apply();
        } else if (meta.forwarding == ROUTE6 && hdr.ipv6.isValid()) {
            routing_v6.apply();
            acl_v6.apply();
            ecmp_v6.apply();
            hdr.ipv6.hop_limit = hdr.ipv6.hop_limit - 1;
            next_routed.apply();
        } else {
            deny();
        }
    }
}

control FabricEgress(inout headers_t hdr,
                     inout metadata_t meta,
                     inout standard_metadata_t standard_metadata) {
    action deny() {
        mark_to_drop(standard_metadata);
    }

    action permit() { }

    action mark(bit<8> diffserv) {
        hdr.ipv4.diffserv = diffserv;
    }

    action set_source(mac_addr_t src) {
        hdr.ethernet.src = src;
    }

    table egress_vlan {
        key = { meta.vlan: exact; standard_metadata.egress_port: exact; }
        actions = { permit; deny; }
        default_action = permit();
        size = 2048;
    }

    table port_source {
        key = { standard_metadata.egress_port: exact; meta.forwarding: exact; }
        actions = { set_source; permit; }
        default_action = permit();
        size = 512;
    }

    table remark_v4 {
        key = { meta.colour: exact; standard_metadata.egress_port: exact; }
        actions = { mark; permit; }
        default_action = permit();
        size = 512;
    }

    apply {
        egress_vlan.apply();
        port_source.apply();
        if (hdr.ipv4.isValid()) {
            remark_v4.apply();
        }
    }
}

control FabricComputeChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply {
        update_checksum(hdr.ipv4.isValid(),
            {
                hdr.ipv4.version, hdr.ipv4.ihl, hdr.ipv4.diffserv, hdr.ipv4.total_len, hdr.ipv4.identification,
                hdr.ipv4.flags, hdr.ipv4.frag_offset, hdr.ipv4.ttl, hdr.ipv4.protocol, hdr.ipv4.src, hdr.ipv4.dst
            },
            hdr.ipv4.hdr_checksum, HashAlgorithm.csum16);
    }
}

control FabricDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.mpls);
        packet.emit(hdr.ipv4);
        packet.emit(hdr.ipv6);
    }
}

V1Switch(FabricParser(),
         FabricVerifyChecksum(),
         FabricIngress(),
         FabricEgress(),
         FabricComputeChecksum(),
         FabricDeparser()) main;
