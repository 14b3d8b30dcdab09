// An egress clone is a copy of the packet as egress leaves it, and goes through egress once more.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
struct headers {
    probe_t p;
}
struct metadata {
    @field_list(1)
    bit<16> kept;
    bit<16> lost;
}

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        transition accept;
    }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { meta.kept = 0x4321; meta.lost = 1; standard.egress_spec = 2; }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        if (standard.instance_type == 0) {
            hdr.p.op = 0xee;
            if (hdr.p.a == 1) { clone_preserving_field_list(CloneType.E2E, 5, 1); }
            else if (hdr.p.a == 2) { clone(CloneType.E2E, 5); }
            else if (hdr.p.a == 3) { clone(CloneType.E2E, 5); mark_to_drop(standard); }
            else if (hdr.p.a == 4) { clone(CloneType.E2E, 7); }
            else if (hdr.p.a == 5) { clone(CloneType.E2E, 78); }
        } else {
            hdr.p.b = (bit<16>)standard.instance_type;
            hdr.p.r[15:0] = meta.kept;
            hdr.p.r[31:16] = (bit<16>)standard.packet_length;
        }
    }
}

control ProbeCompute(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.p);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
