// What is done to whole packets: they are cut, and go through ingress again, with field lists and without.
#include <core.p4>
#include <v1model.p4>

header first_t {
    bit<8>  kind;
    bit<8>  rounds;
    bit<16> told;
    bit<32> kept;
}
header second_t {
    bit<16> a;
    bit<16> b;
}
struct headers {
    first_t first;
    second_t second;
}
struct metadata {
    @field_list(1, 2) bit<16> both;
    @field_list(1)    bit<8>  one;
    @field_list(2)    bit<8>  two;
    bit<8>  none;
}

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.first);
        transition select(hdr.first.kind[7:7]) {
            1: more;
            default: accept;
        }
    }
    state more {
        packet.extract(hdr.second);
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
    action back_with_one(bit<8> value) {
        meta.one = value;
        meta.two = value;
        meta.none = value;
        resubmit_preserving_field_list(1);
    }
    action back_with_two(bit<16> value) {
        meta.both = value;
        meta.two = 3;
        hdr.first.kept = 5;
        resubmit_preserving_field_list(2);
    }
    action cut(bit<32> bytes) {
        truncate(bytes);
        standard.egress_spec = 2;
    }
    action gone() {
        resubmit_preserving_field_list(1);
        mark_to_drop(standard);
    }
    table first_round {
        key = { hdr.first.kind: ternary; }
        actions = { forward; back_with_one; back_with_two; cut; gone; }
        default_action = forward(1);
    }
    table later_round {
        key = { meta.both: ternary; meta.one: ternary; meta.two: ternary; meta.none: ternary; }
        actions = { forward; cut; }
        default_action = forward(3);
    }
    apply {
        if (standard.instance_type == 0) {
            first_round.apply();
        } else {
            hdr.first.told = (bit<16>)standard.instance_type;
            later_round.apply();
        }
        hdr.first.kept[8:0] = standard.ingress_port;
    }
}

control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action round(bit<8> value) {
        meta.one = value;
        hdr.first.rounds = hdr.first.rounds + 64;
        recirculate_preserving_field_list(1);
    }
    action shorter() {
        truncate((bit<32>)hdr.first.kind);
    }
    action dropped() {
        recirculate_preserving_field_list(2);
        mark_to_drop(standard);
    }
    table leaving {
        key = { hdr.first.rounds: ternary; hdr.first.kind: ternary; }
        actions = { round; shorter; dropped; NoAction; }
        default_action = shorter();
    }
    apply {
        if (hdr.first.isValid() && hdr.first.rounds < 128) {
            leaving.apply();
        }
    }
}

control C(inout headers hdr, inout metadata meta) {
    apply { }
}

control D(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.first);
        packet.emit(hdr.second);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
