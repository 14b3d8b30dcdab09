// Random numbers, drawn in ingress and, for each copy, in egress; of one bound, of all bits, into a header that isn't
// there; and a log, which is none of the packet's.
#include <core.p4>
#include <v1model.p4>

header first_t {
    bit<8>  kind;
    bit<8>  die;
    bit<16> word;
    bit<64> wide;
}
header second_t {
    bit<8> a;
    bit<8> b;
}
struct headers {
    first_t first;
    second_t second;
}
struct metadata {
    bit<14> drawn;
}

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.first);
        transition select(hdr.first.kind) {
            0 &&& 1: more;
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
    action toss(bit<9> port) {
        random(hdr.first.die, 8w1, 8w6);
        random(hdr.first.word, 16w7, 16w7);
        standard.egress_spec = port;
    }
    action spread(bit<16> group) {
        standard.mcast_grp = group;
    }
    table way {
        key = { hdr.first.kind: ternary; }
        actions = { forward; toss; spread; }
        default_action = toss(1);
    }
    table lucky {
        key = { meta.drawn: ternary; }
        actions = { forward; NoAction; }
        default_action = NoAction();
    }
    apply {
        way.apply();
        if (hdr.first.isValid()) {
            random(meta.drawn, 14w3, 14w900);
            log_msg("drew {}", { meta.drawn });
            random(hdr.second.a, 8w0, 8w255);
            lucky.apply();
        }
    }
}

control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        if (hdr.first.kind == 3) {
            random(hdr.first.wide, 64w0, 64w0xffffffffffffffff);
        } else if (hdr.second.isValid()) {
            random(hdr.second.b, 8w200, 8w100);
        }
        hdr.first.word[13:0] = hdr.first.word[13:0] ^ meta.drawn;
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
