// One of everything that simple_switch_CLI has commands for.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> ether_type;
}

header tag_t {
    bit<8> kind;
    bit<8> level;
    bit<16> id;
}

struct headers_t {
    ethernet_t ethernet;
    tag_t tag;
}

struct metadata_t {
    bit<2> color;
    bit<16> hash;
    bit<32> wide_hash;
}

parser SessionParser(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    value_set<bit<9>>(4) tagged;

    state start {
        packet.extract(hdr.ethernet);
        transition select(std.ingress_port) {
            tagged: parse_tag;
            default: accept;
        }
    }

    state parse_tag {
        packet.extract(hdr.tag);
        transition accept;
    }
}

control SessionVerify(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control SessionIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    counter(4, CounterType.packets_and_bytes) by_port;
    direct_counter(CounterType.packets_and_bytes) by_entry;
    meter(4, MeterType.packets) police;
    direct_meter<bit<2>>(MeterType.bytes) police_entry;
    register<bit<16>>(4) seen;
    register<bit<64>>(2) wide;
    action_profile(16) ways;
    action_selector(HashAlgorithm.crc16, 16, 16) balance;

    action drop() {
        mark_to_drop(std);
    }

    action forward(bit<9> port) {
        std.egress_spec = port;
    }

    action rewrite(bit<48> dst, bit<9> port) {
        hdr.ethernet.dst = dst;
        std.egress_spec = port;
    }

    action count_and_forward(bit<9> port) {
        by_entry.count();
        std.egress_spec = port;
    }

    action metered(bit<9> port) {
        police_entry.read(meta.color);
        std.egress_spec = port;
    }

    table exact_counted {
        key = { hdr.ethernet.dst: exact; }
        actions = { count_and_forward; @defaultonly NoAction; }
        default_action = NoAction();
        counters = by_entry;
        support_timeout = true;
        size = 4;
    }

    table prefix_metered {
        key = { hdr.ethernet.src: lpm; }
        actions = { metered; NoAction; }
        default_action = NoAction();
        meters = police_entry;
    }

    table ranked {
        key = {
            hdr.ethernet.ether_type: ternary;
            std.ingress_port: range;
        }
        actions = { forward; rewrite; drop; NoAction; }
        default_action = NoAction();
    }

    table by_way {
        key = { hdr.tag.kind: exact; }
        actions = { forward; rewrite; NoAction; }
        implementation = ways;
    }

    table by_balance {
        key = {
            hdr.tag.level: exact;
            hdr.ethernet.src: selector;
            hdr.ethernet.dst: selector;
        }
        actions = { forward; drop; NoAction; }
        implementation = balance;
    }

    table fixed {
        key = { hdr.ethernet.ether_type: exact; }
        actions = { forward; NoAction; }
        const default_action = NoAction();
        const entries = {
            0x0800: forward(1);
            0x86dd: forward(2);
        }
    }

    table no_key {
        actions = { forward; NoAction; }
        default_action = NoAction();
    }

    apply {
        by_port.count((bit<32>) std.ingress_port);
        police.execute_meter((bit<32>) std.ingress_port, meta.color);
        seen.write((bit<32>) std.ingress_port, (bit<16>) std.packet_length);
        wide.write(0, (bit<64>) hdr.ethernet.src);
        hash(meta.hash, HashAlgorithm.crc16_custom, 16w0, { hdr.ethernet.src }, 32w65536);
        hash(meta.wide_hash, HashAlgorithm.crc32_custom, 32w0, { hdr.ethernet.src }, 64w0x100000000);
        exact_counted.apply();
        prefix_metered.apply();
        ranked.apply();
        fixed.apply();
        no_key.apply();
        if (hdr.tag.isValid()) {
            by_way.apply();
            by_balance.apply();
        }
    }
}

control SessionEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    apply { }
}

control SessionUpdate(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control SessionDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.tag);
    }
}

V1Switch(SessionParser(), SessionVerify(), SessionIngress(), SessionEgress(), SessionUpdate(), SessionDeparser()) main;
