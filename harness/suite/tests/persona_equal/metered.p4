// Meters and direct meters, before the action of an entry, and registers of an odd width.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> kind;
}
header cell_t {
    bit<8>  index;
    bit<8>  op;
    bit<16> value;
    bit<32> result;
}
struct headers {
    ethernet_t ethernet;
    cell_t     cell;
}
struct metadata {
    bit<2>  colour;
    bit<4>  nibble;
}

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.kind) {
            0x0800: more;
            0x8100: more;
            default: accept;
        }
    }
    state more {
        packet.extract(hdr.cell);
        transition accept;
    }
}

control V(inout headers hdr, inout metadata meta) {
    apply { }
}

control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    register<bit<4>>(3) nibbles;
    meter(4, MeterType.packets) by_index;
    direct_meter<bit<2>>(MeterType.bytes) by_source;

    action mark(bit<8> value) {
        by_source.read(meta.colour);
        hdr.ethernet.src[47:40] = value;
    }
    action pass() {
        by_source.read(meta.colour);
    }
    table source {
        key = { hdr.ethernet.src: exact; }
        actions = { mark; pass; NoAction; }
        default_action = NoAction();
        meters = by_source;
        size = 64;
    }
    apply {
        source.apply();
        standard.egress_spec = (bit<9>)meta.colour;
        if (hdr.cell.isValid()) {
            nibbles.read(meta.nibble, 1);
            nibbles.write(1, (bit<4>)hdr.cell.value);
            nibbles.write((bit<32>)hdr.cell.op, (bit<4>)hdr.ethernet.kind);
            hdr.cell.result[31:28] = meta.nibble;
            by_index.execute_meter((bit<32>)hdr.cell.index, meta.colour);
            hdr.cell.op = (bit<8>)meta.colour;
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
        packet.emit(hdr.cell);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
