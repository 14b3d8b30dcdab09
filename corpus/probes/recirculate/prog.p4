// A recirculated packet begins ingress with the bytes that would have left, in instance type 4 and with its new length.
// The end of ingress makes the instance type 0 again, so that egress can't tell.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
header more_t { bit<16> x; }
struct headers {
    probe_t p;
    more_t  m;
}
struct metadata {
    @field_list(3)
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
    apply {
        if (standard.instance_type == 0) {
            meta.kept = 0xaaaa;
            meta.lost = 0xbbbb;
            if (hdr.p.op == 1) { hdr.m.setValid(); hdr.m.x = 0x5151; }
        } else {
            hdr.p.a = (bit<8>)standard.instance_type;
            hdr.p.b = meta.kept;
            hdr.p.r[7:0] = (bit<8>)meta.lost;
            hdr.p.r[15:8] = (bit<8>)standard.packet_length;
            hdr.p.r[31:16] = (bit<16>)standard.ingress_port;
            meta.lost = 0xcccc;
        }
        standard.egress_spec = 1;
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        if (standard.instance_type == 0 && meta.lost != 0xcccc) { recirculate_preserving_field_list(3); }
    }
}

control ProbeCompute(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.p);
        packet.emit(hdr.m);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
