// Action profiles, with and without groups, shared by tables, in both pipelines, behind hits and misses.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> kind;
}
header flow_t {
    bit<8>  one;
    bit<16> two;
    bit<12> three;
    bit<4>  four;
    bit<32> result;
}
struct headers {
    ethernet_t ethernet;
    flow_t     flow;
}
struct metadata {
    bit<16> kept;
}

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.kind) {
            0x0800: flow;
            default: accept;
        }
    }
    state flow {
        packet.extract(hdr.flow);
        transition accept;
    }
}

control V(inout headers hdr, inout metadata meta) {
    apply { }
}

control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action_profile(32) shared;
    action_selector(HashAlgorithm.crc32, 32, 32w16) by_flow;
    action_selector(HashAlgorithm.crc16, 32, 32w16) by_source;

    action forward(bit<9> port) {
        standard.egress_spec = port;
    }
    action mark(bit<16> value, bit<8> more) {
        meta.kept = value ^ meta.kept;
        hdr.ethernet.dst[7:0] = hdr.ethernet.dst[7:0] + more;
    }
    action lose() {
        mark_to_drop(standard);
    }
    table first {
        key = { hdr.ethernet.dst: exact; }
        actions = { forward; mark; lose; }
        implementation = shared;
    }
    table second {
        key = { hdr.ethernet.src: ternary; }
        actions = { forward; mark; lose; }
        implementation = shared;
    }
    table third {
        key = {
            hdr.flow.one: lpm;
            hdr.flow.two: selector;
            hdr.flow.three: selector;
            hdr.ethernet.src: selector;
        }
        actions = { forward; mark; NoAction; }
        implementation = by_flow;
    }
    table fourth {
        key = {
            hdr.ethernet.kind: exact;
            hdr.ethernet.src: selector;
        }
        actions = { forward; mark; }
        implementation = by_source;
    }
    apply {
        if (first.apply().hit) {
            second.apply();
        }
        if (hdr.flow.isValid()) {
            switch (third.apply().action_run) {
                mark: { hdr.flow.four = 5; }
                forward: { hdr.flow.result[15:0] = meta.kept; }
                default: { }
            }
        }
        fourth.apply();
    }
}

control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action_selector(HashAlgorithm.crc16, 16, 32w16) leaving;
    action write(bit<16> value) {
        hdr.ethernet.src[15:0] = value;
    }
    action keep() { }
    table last {
        key = {
            standard.egress_port: exact;
            hdr.ethernet.dst: selector;
        }
        actions = { write; keep; }
        implementation = leaving;
    }
    apply {
        last.apply();
    }
}

control C(inout headers hdr, inout metadata meta) {
    apply { }
}

control D(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.flow);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
