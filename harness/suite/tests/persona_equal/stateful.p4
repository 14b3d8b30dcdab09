// Registers and counters: read, changed and written back, by indexes that are there and that aren't, in both pipelines,
// in tables' actions and around them; direct counters.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> kind;
}
header cell_t {
    bit<8>  index;
    bit<8>  op;
    bit<16> value;
    bit<32> result;
}
struct headers {
    ethernet_t ethernet;
    cell_t     cell;
}
struct metadata {
    bit<16> seen;
}

register<bit<32>>(8) shared;

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.kind) {
            0x0800: more;
            0x8100: more;
            default: accept;
        }
    }
    state more {
        packet.extract(hdr.cell);
        transition accept;
    }
}

control V(inout headers hdr, inout metadata meta) {
    apply { }
}

control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    register<bit<16>>(6) seen;
    counter(5, CounterType.packets_and_bytes) ports;
    direct_counter(CounterType.packets) by_entry;

    action learn(bit<9> port, bit<8> cell) {
        seen.read(meta.seen, (bit<32>)cell);
        seen.write((bit<32>)cell, meta.seen + 1);
        hdr.ethernet.src[15:0] = meta.seen;
        standard.egress_spec = port;
        by_entry.count();
    }
    action put(bit<9> port, bit<16> value) {
        seen.write((bit<32>)hdr.cell.index, value);
        standard.egress_spec = port;
        by_entry.count();
    }
    action forward(bit<9> port) {
        standard.egress_spec = port;
        by_entry.count();
    }
    table by_destination {
        key = { hdr.ethernet.dst: ternary; }
        actions = { learn; put; forward; }
        default_action = forward(1);
        counters = by_entry;
        size = 64;
    }
    apply {
        ports.count((bit<32>)standard.ingress_port);
        by_destination.apply();
        if (hdr.cell.isValid()) {
            if (hdr.cell.op == 1) {
                shared.write((bit<32>)hdr.cell.index, (bit<32>)hdr.cell.value);
            } else if (hdr.cell.op == 2) {
                bit<32> old = 7;
                shared.read(old, (bit<32>)hdr.cell.index);
                shared.write((bit<32>)hdr.cell.index, old ^ 0xff00ff00);
            }
        }
    }
}

control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    counter(512, CounterType.bytes) out_ports;
    apply {
        out_ports.count((bit<32>)standard.egress_port);
        if (hdr.cell.isValid()) {
            shared.read(hdr.cell.result, (bit<32>)hdr.cell.index);
        }
    }
}

control C(inout headers hdr, inout metadata meta) {
    apply { }
}

control D(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.cell);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
