// Registers, counters and meters whose cells the packet names: what it leaves behind shows to the next ones, or to who reads.
#include <core.p4>
#include <v1model.p4>

header cell_t {
    bit<8> kind;
    bit<8> index;
    bit<16> value;
}
struct headers {
    cell_t cell;
}
struct metadata {
    bit<16> before;
    bit<2> colour;
}

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.cell);
        transition accept;
    }
}

control V(inout headers hdr, inout metadata meta) {
    apply { }
}

control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    register<bit<16>>(16) last;
    register<bit<16>>(4) sum;
    counter(8, CounterType.packets_and_bytes) seen;
    meter(4, MeterType.packets) rate;

    apply {
        standard.egress_spec = 1;
        if (!hdr.cell.isValid()) {
            mark_to_drop(standard);
        } else if (hdr.cell.kind == 1) {
            last.write((bit<32>)hdr.cell.index, hdr.cell.value);
        } else if (hdr.cell.kind == 2) {
            last.read(meta.before, (bit<32>)hdr.cell.index);
            if (meta.before == 0x1234) {
                standard.egress_spec = 2;
            }
        } else if (hdr.cell.kind == 3) {
            sum.read(meta.before, 1);
            sum.write(1, meta.before + hdr.cell.value);
        } else if (hdr.cell.kind == 4) {
            seen.count((bit<32>)hdr.cell.index);
        } else if (hdr.cell.kind == 5) {
            rate.execute_meter((bit<32>)hdr.cell.index, meta.colour);
            if (meta.colour == 2) {
                mark_to_drop(standard);
            }
        } else if (hdr.cell.kind == 6) {
            rate.execute_meter((bit<32>)hdr.cell.index, meta.colour);
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
        packet.emit(hdr.cell);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
