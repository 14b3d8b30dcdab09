// Takes a tag away, or puts one there: what goes on is shorter or longer than what came.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> kind;
}
header tag_t {
    bit<16> number;
    bit<16> kind;
}
struct headers {
    ethernet_t ethernet;
    tag_t      tag;
}
struct metadata { }

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.kind) {
            0x8100: tagged;
            default: accept;
        }
    }
    state tagged {
        packet.extract(hdr.tag);
        transition accept;
    }
}

control V(inout headers hdr, inout metadata meta) {
    apply { }
}

control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        standard.egress_spec = 2;
        if (hdr.tag.isValid()) {
            hdr.ethernet.kind = hdr.tag.kind;
            hdr.tag.setInvalid();
        } else if (hdr.ethernet.isValid()) {
            hdr.tag.setValid();
            hdr.tag.kind = hdr.ethernet.kind;
            hdr.tag.number = 7;
            hdr.ethernet.kind = 0x8100;
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
        packet.emit(hdr.tag);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
