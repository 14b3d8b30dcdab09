// A program for this crate's tests: in it a packet can have every kind of life that the log of simple_switch tells of.
//
// lives.json was made of it by `p4c-bm2-ss --std p4-16 -o lives.json lives.p4` (p4c 1.2.5.16).
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> ether_type;
}

header tag_t {
    bit<4>  color;
    bit<12> number;
    bit<16> sum;
}

struct headers_t {
    ethernet_t ethernet;
    tag_t      tag;
}

struct metadata_t { }

error { BadColor }

parser LivesParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                   inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.ether_type) {
            0x9000: tag;
            0x9001: skip;
            default: accept;
        }
    }
    state skip {
        packet.advance(16);
        transition tag;
    }
    state tag {
        packet.extract(hdr.tag);
        verify(hdr.tag.color != 15, error.BadColor);
        transition accept;
    }
}

control LivesVerify(inout headers_t hdr, inout metadata_t meta) {
    apply {
        verify_checksum(hdr.tag.isValid(), { hdr.tag.color, hdr.tag.number }, hdr.tag.sum, HashAlgorithm.csum16);
    }
}

control LivesIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action drop() {
        mark_to_drop(standard_metadata);
    }
    action forward(bit<9> port) {
        standard_metadata.egress_spec = port;
    }
    action flood(bit<16> group) {
        standard_metadata.mcast_grp = group;
    }
    action leave(bit<9> port, bit<48> dst) {
        standard_metadata.egress_spec = port;
        hdr.ethernet.dst = dst;
        exit;
    }
    action hurry(bit<9> port, bit<3> priority) {
        standard_metadata.egress_spec = port;
        standard_metadata.priority = priority;
    }
    action recolor(bit<4> color) {
        hdr.tag.color = color;
    }

    table host {
        key = { hdr.ethernet.dst: exact; }
        actions = { forward; flood; leave; hurry; drop; }
        const default_action = drop();
        size = 4;
    }
    table route {
        key = { hdr.tag.number: lpm; }
        actions = { recolor; NoAction; }
        default_action = NoAction();
    }
    table filter {
        key = {
            hdr.tag.color: ternary;
            hdr.tag.number: range;
            hdr.ethernet.ether_type: optional;
        }
        actions = { drop; recolor; }
    }
    table fixed {
        key = { hdr.ethernet.src: exact; }
        actions = { drop; }
        const entries = { 0xdead: drop(); }
    }

    apply {
        host.apply();
        if (hdr.tag.isValid()) {
            route.apply();
            filter.apply();
        }
        fixed.apply();
    }
}

control LivesEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action drop() {
        mark_to_drop(standard_metadata);
    }
    action sign() {
        hdr.ethernet.src = (bit<48>)standard_metadata.egress_rid;
    }
    table port {
        key = { standard_metadata.egress_port: exact; }
        actions = { drop; sign; NoAction; }
        default_action = NoAction();
    }
    apply {
        port.apply();
    }
}

control LivesUpdate(inout headers_t hdr, inout metadata_t meta) {
    apply {
        update_checksum(hdr.tag.isValid(), { hdr.tag.color, hdr.tag.number }, hdr.tag.sum, HashAlgorithm.csum16);
    }
}

control LivesDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr);
    }
}

V1Switch(LivesParser(), LivesVerify(), LivesIngress(), LivesEgress(), LivesUpdate(), LivesDeparser()) main;
