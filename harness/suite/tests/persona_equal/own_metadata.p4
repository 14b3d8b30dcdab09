// The switch's own metadata: lengths, kinds of packets and copies' ids, looked at and copied in both pipelines.
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
    bit<32> length;
    bit<8>  group;
}

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.ethernet);
        meta.length = standard.packet_length;
        transition select(standard.packet_length) {
            0 &&& 0xffffffc0: accept;
            default: more;
        }
    }
    state more {
        meta.length = 1;
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
    action flood(bit<16> group) {
        standard.mcast_grp = group;
    }
    table by_destination {
        key = { hdr.ethernet.dst: ternary; }
        actions = { forward; flood; }
        default_action = flood(1);
    }
    table by_length {
        key = { standard.packet_length: range; standard.instance_type: exact; standard.priority: exact; }
        actions = { forward; flood; NoAction; }
        default_action = NoAction();
    }
    apply {
        by_destination.apply();
        by_length.apply();
        hdr.ethernet.src[15:0] = (bit<16>)standard.packet_length;
        hdr.ethernet.src[31:16] = (bit<16>)meta.length;
        if (standard.ingress_global_timestamp == 0 && standard.egress_rid != 0) {
            hdr.ethernet.kind = 1;
        }
    }
}

control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action mark(bit<8> value) {
        hdr.ethernet.dst[39:32] = value;
    }
    table by_copy {
        key = { standard.egress_rid: exact; standard.instance_type: exact; standard.egress_port: ternary; }
        actions = { mark; NoAction; }
        default_action = NoAction();
    }
    apply {
        by_copy.apply();
        hdr.ethernet.src[47:32] = standard.egress_rid;
    }
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
