// Conditions, jumps and exits in actions, of constants, fields and parameters, with entries and without.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> kind;
}
struct headers {
    ethernet_t ethernet;
}
struct metadata {
    bit<8> a;
    bit<8> b;
    bit<1> done;
}

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.ethernet);
        transition accept;
    }
}

control V(inout headers hdr, inout metadata meta) {
    apply { }
}

control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action choose(bit<9> port, bit<8> value) {
        standard.egress_spec = port;
        if (hdr.ethernet.kind == 0x0800) {
            meta.a = value;
        } else if (hdr.ethernet.kind[0:0] == 1) {
            meta.a = hdr.ethernet.src[7:0];
            if (meta.a > 100) {
                meta.b = value;
            }
        }
        hdr.ethernet.src[15:8] = meta.a;
    }
    action by_value(bit<8> value) {
        if (value > 3) {
            meta.b = value;
            hdr.ethernet.src[7:0] = value;
        } else {
            meta.b = 5;
        }
        if (meta.b == 5) {
            hdr.ethernet.src[23:16] = 0xaa;
        }
    }
    action leave(bit<9> port) {
        standard.egress_spec = port;
        if (hdr.ethernet.src[0:0] == 1) {
            exit;
        }
        hdr.ethernet.src[31:24] = 0xbb;
    }
    action stay() { }
    table first {
        key = { hdr.ethernet.dst: ternary; }
        actions = { choose; by_value; leave; stay; }
        default_action = choose(2, 9);
    }
    table second {
        key = { meta.b: exact; hdr.ethernet.kind: exact; }
        actions = { choose; by_value; leave; stay; }
        default_action = stay();
    }
    action always() {
        bit<8> sum = 0;
        if (hdr.ethernet.kind[1:0] == 2) {
            sum = 1;
        }
        if (meta.a == meta.b) {
            sum = sum | 2;
        }
        meta.done = sum == 3 ? 1w1 : 1w0;
        hdr.ethernet.dst[47:40] = sum;
    }
    apply {
        standard.egress_spec = 1;
        first.apply();
        if (second.apply().hit) {
            hdr.ethernet.src[39:32] = 0xcc;
        }
        always();
        if (meta.done == 1) {
            hdr.ethernet.src[47:40] = 0xdd;
        }
    }
}

control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { }
}

control C(inout headers hdr, inout metadata meta) {
    apply { }
}

control D(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.ethernet);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
