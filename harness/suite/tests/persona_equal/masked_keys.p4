// Keys that are parts of fields, masked: exact, ternary, prefix, and of headers that may not be there.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> kind;
}
header more_t {
    bit<32> one;
    bit<24> two;
    bit<8>  three;
}
struct headers {
    ethernet_t ethernet;
    more_t     more;
}
struct metadata { }

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.kind) {
            0x0800: more;
            default: accept;
        }
    }
    state more {
        packet.extract(hdr.more);
        transition accept;
    }
}

control V(inout headers hdr, inout metadata meta) {
    apply { }
}

control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action forward(bit<9> port) {
        standard.egress_spec = port;
    }
    action mark(bit<8> value) {
        hdr.more.three = hdr.more.three ^ value;
    }
    table exactly {
        key = {
            hdr.ethernet.dst & 0x010101010107: exact;
            hdr.ethernet.src[47:40]: exact;
        }
        actions = { forward; mark; NoAction; }
        default_action = NoAction();
    }
    table ternary_one {
        key = {
            hdr.more.one & 0x0000ff07: ternary;
            hdr.more.two: exact;
        }
        actions = { forward; mark; NoAction; }
        default_action = NoAction();
    }
    table prefix_one {
        key = {
            hdr.more.one & 0xff00ffff: lpm;
            hdr.ethernet.src & 0x000000000003: exact;
        }
        actions = { forward; mark; NoAction; }
        default_action = NoAction();
    }
    table prefix_plain {
        key = {
            hdr.more.one: lpm;
            hdr.ethernet.src & 0x000000000003: exact;
        }
        actions = { forward; mark; NoAction; }
        default_action = NoAction();
    }
    apply {
        exactly.apply();
        ternary_one.apply();
        prefix_one.apply();
        prefix_plain.apply();
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
        packet.emit(hdr.more);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
