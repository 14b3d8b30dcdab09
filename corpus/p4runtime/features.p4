// One of everything that a P4Runtime controller can reach.
#include <core.p4>
#include <v1model.p4>

@controller_header("packet_in")
header packet_in_t {
    bit<9> ingress_port;
    bit<7> reason;
}

@controller_header("packet_out")
header packet_out_t {
    bit<9> egress_port;
    bit<7> rest;
}

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> kind;
}

struct headers_t {
    packet_in_t packet_in;
    packet_out_t packet_out;
    ethernet_t ethernet;
}

struct learned_t {
    bit<9> port;
    bit<2> colour;
}

struct metadata_t {
    bit<2> colour;
    bit<16> group;
}

const bit<9> CPU_PORT = 510;

parser FeaturesParser(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        transition select(s.ingress_port) {
            CPU_PORT: from_controller;
            default: ethernet;
        }
    }
    state from_controller {
        b.extract(h.packet_out);
        transition ethernet;
    }
    state ethernet {
        b.extract(h.ethernet);
        transition accept;
    }
}

control FeaturesVerify(inout headers_t h, inout metadata_t m) {
    apply { }
}

control FeaturesIngress(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    counter(8, CounterType.packets_and_bytes) by_port;
    meter(8, MeterType.packets) rate_of_port;
    register<bit<16>>(16) last_kind;
    direct_counter(CounterType.packets_and_bytes) hits;
    direct_meter<bit<2>>(MeterType.packets) rate;
    action_selector(HashAlgorithm.crc16, 32, 8) chosen;

    action drop() {
        mark_to_drop(s);
    }
    action forward(bit<9> port) {
        s.egress_spec = port;
    }
    action flood(bit<16> group) {
        s.mcast_grp = group;
    }
    action to_controller(bit<7> reason) {
        h.packet_in.setValid();
        h.packet_in.ingress_port = s.ingress_port;
        h.packet_in.reason = reason;
        s.egress_spec = CPU_PORT;
    }
    action copy(bit<9> port) {
        clone(CloneType.I2E, 7);
        s.egress_spec = port;
    }
    action learn() {
        digest<learned_t>(1, { s.ingress_port, m.colour });
    }
    action set_group(bit<16> group) {
        m.group = group;
    }

    table exact_table {
        key = {
            h.ethernet.dst: exact;
        }
        actions = {
            forward;
            flood;
            to_controller;
            copy;
            learn;
            drop;
            NoAction;
        }
        default_action = NoAction();
        counters = hits;
        size = 1024;
    }
    table lpm_table {
        key = {
            h.ethernet.src: lpm;
        }
        actions = {
            forward;
            drop;
            NoAction;
        }
        default_action = NoAction();
        size = 64;
    }
    table ternary_table {
        key = {
            h.ethernet.kind: ternary;
            s.ingress_port: optional;
        }
        actions = {
            forward;
            set_group;
            NoAction;
        }
        default_action = NoAction();
        meters = rate;
        size = 64;
    }
    table range_table {
        key = {
            h.ethernet.kind: range;
        }
        actions = {
            drop;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        size = 16;
    }
    table selected {
        key = {
            m.group: exact;
            h.ethernet.src: selector;
        }
        actions = {
            forward;
            drop;
        }
        implementation = chosen;
        size = 16;
    }
    table fixed {
        key = {
            h.ethernet.kind: exact;
        }
        actions = {
            set_group;
            NoAction;
        }
        const default_action = NoAction();
        const entries = {
            0x9999: set_group(99);
        }
    }

    apply {
        by_port.count((bit<32>) s.ingress_port & 7);
        rate_of_port.execute_meter((bit<32>) s.ingress_port & 7, m.colour);
        if (h.packet_out.isValid() && h.packet_out.rest == 0) {
            s.egress_spec = h.packet_out.egress_port;
            h.packet_out.setInvalid();
        } else {
            // Another one is treated as if it had come by any port.
            h.packet_out.setInvalid();
            last_kind.write((bit<32>) s.ingress_port & 15, h.ethernet.kind);
            if (!exact_table.apply().hit) {
                lpm_table.apply();
                fixed.apply();
                ternary_table.apply();
                rate.read(m.colour);
                range_table.apply();
                if (m.group != 0) {
                    selected.apply();
                }
            }
        }
    }
}

control FeaturesEgress(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply { }
}

control FeaturesUpdate(inout headers_t h, inout metadata_t m) {
    apply { }
}

control FeaturesDeparser(packet_out b, in headers_t h) {
    apply {
        b.emit(h.packet_in);
        b.emit(h.ethernet);
    }
}

V1Switch(FeaturesParser(), FeaturesVerify(), FeaturesIngress(), FeaturesEgress(), FeaturesUpdate(),
    FeaturesDeparser()) main;
