// Samples for controllers to learn from: of two lists, the last call of a packet counts, and they show what is there when
// ingress ends; of headers that aren't there, and of packets that are dropped, replicated, or come in again.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> kind;
}
header tag_t {
    bit<3>  priority;
    bit<13> id;
    bit<16> kind;
}
struct headers {
    ethernet_t ethernet;
    tag_t      tag;
}
struct metadata {
    @field_list(1) bit<8> round;
    bit<5> odd;
}
struct mac_learn_t {
    bit<48> src;
    bit<9>  port;
}
struct tag_learn_t {
    bit<16> kind;
    bit<13> id;
    bit<5>  odd;
    bit<8>  round;
}

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.kind[0:0]) {
            1: tagged;
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
    action learn() {
        digest<mac_learn_t>(1, { hdr.ethernet.src, standard.ingress_port });
    }
    action learn_tag() {
        digest<tag_learn_t>(1, { hdr.ethernet.kind, hdr.tag.id, meta.odd, meta.round });
        meta.odd = 9;
    }
    table source {
        key = { hdr.ethernet.src: ternary; }
        actions = { learn; learn_tag; NoAction; }
        default_action = learn();
    }
    action forward(bit<9> port) {
        standard.egress_spec = port;
    }
    action spread() {
        standard.mcast_grp = 1;
    }
    action again() {
        meta.round = meta.round + 1;
        resubmit_preserving_field_list(1);
    }
    table destination {
        key = { hdr.ethernet.dst: ternary; meta.round: exact; }
        actions = { forward; spread; again; learn_tag; NoAction; }
        default_action = NoAction();
    }
    apply {
        source.apply();
        if (destination.apply().hit) {
            hdr.ethernet.src = hdr.ethernet.src + 1;
        } else if (hdr.tag.isValid() && hdr.tag.priority == 7) {
            learn_tag();
            hdr.tag.setInvalid();
            mark_to_drop(standard);
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
