// Clones at the end of either pipeline, with field lists and without, of packets that headers are added to and taken from.
#include <core.p4>
#include <v1model.p4>

header first_t {
    bit<8>  kind;
    bit<8>  rounds;
    bit<16> told;
    bit<32> kept;
}
header added_t {
    bit<16> a;
    bit<16> b;
}
header second_t {
    bit<8>  sum_of;
    bit<8>  b;
    bit<16> sum;
}
struct headers {
    first_t first;
    added_t added;
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
    action with_one(bit<8> value) {
        meta.one = value;
        meta.two = value;
        meta.none = value;
        hdr.first.kept = 3;
        clone_preserving_field_list(CloneType.I2E, 5, 1);
        standard.egress_spec = 2;
    }
    action with_two(bit<16> value, bit<9> port) {
        clone_preserving_field_list(CloneType.I2E, 7, 1);
        meta.both = value;
        meta.two = 3;
        hdr.second.setInvalid();
        clone_preserving_field_list(CloneType.I2E, 6, 2);
        standard.egress_spec = port;
    }
    action alone(bit<32> session) {
        clone(CloneType.I2E, session);
        mark_to_drop(standard);
    }
    action again() {
        meta.one = 7;
        clone(CloneType.I2E, 5);
        resubmit_preserving_field_list(1);
    }
    table first_round {
        key = { hdr.first.kind: ternary; }
        actions = { forward; with_one; with_two; alone; again; }
        default_action = with_one(4);
    }
    apply {
        if (standard.instance_type == 0) {
            first_round.apply();
        } else {
            hdr.first.told = (bit<16>)standard.instance_type;
            standard.egress_spec = 3;
        }
    }
}

control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action copy(bit<8> value) {
        meta.one = value;
        hdr.added.setValid();
        hdr.added.a = 0xadde;
        hdr.added.b = (bit<16>)value;
        clone_preserving_field_list(CloneType.E2E, 6, 1);
    }
    action taken(bit<8> value) {
        meta.two = value;
        hdr.second.setInvalid();
        clone_preserving_field_list(CloneType.E2E, 5, 2);
        mark_to_drop(standard);
    }
    action kept() {
        hdr.added.setValid();
        hdr.added.a = meta.both;
        hdr.added.b = meta.one ++ meta.two;
    }
    action told() {
        hdr.first.kept = (bit<32>)meta.none;
        hdr.first.told[8:0] = standard.ingress_port;
    }
    table leaving {
        key = { hdr.first.kind: ternary; standard.instance_type: ternary; }
        actions = { copy; taken; kept; told; NoAction; }
        default_action = copy(9);
    }
    apply {
        if (standard.instance_type == 2) {
            hdr.first.rounds = meta.one;
            if (!hdr.added.isValid()) {
                kept();
            }
        } else {
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
        packet.emit(hdr.added);
        packet.emit(hdr.second);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
